-- Dead are exactly the poisonous messages, each with its reason.
select coalesce(s.message, m.id) as message, coalesce(s.kind, m.kind) as kind, m.attempts, m.last_error
from (select * from sent where kind = 'poison') s
full join (select * from messages where dead_at is not null) m on m.id = s.message
where s.message is null or m.id is null or m.last_error is null
    or m.last_error not in (
        'InvalidOperationException: Poison.', 'Not one of 3 attempts came to an end: the node died or the claim ran out each time.')
