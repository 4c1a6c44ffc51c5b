-- No message has taken effect twice.
select message, kind, count(*), array_agg(node) as nodes
from effects
group by message, kind
having count(*) > 1
