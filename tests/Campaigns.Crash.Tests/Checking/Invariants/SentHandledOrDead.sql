-- Every message sent was handled or is dead, and none is both.
select s.message, s.kind, f.at as handled, m.dead_at
from sent s
left join effects f on f.message = s.message
left join messages m on m.id = s.message
where (f.message is null) = (m.dead_at is null)
