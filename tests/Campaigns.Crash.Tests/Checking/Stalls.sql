-- After each strike, in milliseconds: how long it took until PostgreSQL answered and what was struck was started again; and from then on,
-- or at once where PostgreSQL was not away, until the next message was handled (by another node than the one that was struck) and until the
-- next event was audited. A further strike before that counts too.
select
    round(extract(epoch from s.at - (select min(at) from strikes)), 1) as second, s.kind, s.node, s.took,
    round(1000 * extract(epoch from (
        select min(f.at) from effects f where f.at > s.back and (s.kind not like '%Node' or f.node <> s.node)) - s.back)) as handled_after,
    round(1000 * extract(epoch from (select min(a.audited_at) from audit a where a.audited_at > s.back) - s.back)) as audited_after
from (
    select *, case when kind in ('CrashPostgres', 'KillBackend') then at + took * interval '1 ms' else at end as back
    from strikes
) s
order by s.at
