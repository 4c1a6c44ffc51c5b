select kind, count(*) as strikes, round(max(handled)) as handled, round(max(audited)) as audited
from (
    select s.kind,
        1000 * extract(epoch from (
            select min(f.at) from effects f where f.at > s.at and (s.kind not like '%Node' or f.node <> s.node)) - s.at) as handled,
        1000 * extract(epoch from (select min(a.audited_at) from audit a where a.audited_at > s.at) - s.at) as audited
    from strikes s
) stalls
group by kind
order by kind
