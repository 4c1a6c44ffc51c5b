-- $1 are the ids of the messages that the provider accepted, each as often as it did.
select id, format('the provider accepted it %s times', count(*))
from unnest($1) id
group by id
having count(*) > 1
