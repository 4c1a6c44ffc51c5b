-- No message took effect before it was due.
select s.message, s.kind, s.due, f.at
from sent s
join effects f on f.message = s.message
where f.at < s.due
