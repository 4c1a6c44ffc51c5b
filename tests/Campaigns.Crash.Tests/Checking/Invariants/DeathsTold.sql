-- Of every dead message somebody was told.
select m.id
from messages m
where m.dead_at is not null and not exists (select from told t where t.message = m.id)
