-- $1 are the ids of the messages that the provider accepted.
select coalesce(replace(r.id::text, '-', ''), a.id),
       case
           when r.id is null then 'the provider has a message for nobody'
           when a.id is null then 'is said to be sent, and the provider has no message'
           else format('is said to be %s, and the provider has the message', r.status)
       end
from recipients r
full join (select distinct id from unnest($1) id) a on a.id = replace(r.id::text, '-', '')
where (r.status is not distinct from 'sent') <> (a.id is not null)
