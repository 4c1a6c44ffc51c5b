-- The inline projection is what the events come to.
select coalesce(b.account, e.account) as account, b.balance, e.balance as of_events, b.facts, e.facts as events
from balances b
full join (
    select stream_id as account, count(*) as facts, sum(
        case type when 'deposited' then 1 when 'given' then 1 when 'withdrawn' then -1 when 'taken' then -1 else 0 end
        * coalesce((data ->> 'amount')::bigint, 0)) as balance
    from mt_events
    group by stream_id
) e on e.account = b.account
where (b.balance, b.facts) is distinct from (e.balance, e.facts)
