-- Dead are exactly the poisonous messages, each with its reason.
select coalesce(s.message, m.id) as message, coalesce(s.kind, m.kind) as kind, m.attempts, m.last_error
from (select * from sent where kind = 'poison') s
full join (select * from messages where dead_at is not null) m on m.id = s.message
where s.message is null or m.id is null or m.last_error is null
    or not (m.last_error = 'InvalidOperationException: Poison.' or m.last_error like 'Not one of _ attempts came to an end: %')
