-- No account was below zero at any version: every decision was taken on the latest state.
select stream_id, version, held
from (
    select stream_id, version, sum(
        case type when 'deposited' then 1 when 'given' then 1 when 'withdrawn' then -1 when 'taken' then -1 else 0 end
        * coalesce((data ->> 'amount')::bigint, 0)) over (partition by stream_id order by version) as held
    from mt_events
) e
where held < 0
