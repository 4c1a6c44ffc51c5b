-- No message has taken effect that was not sent.
select f.message, f.kind
from effects f
where f.kind <> 'give_to' and not exists (select from sent s where s.message = f.message)
