-- The accounts hold what was paid in less what was paid out: transfers make no money and lose none.
select held, paid
from
    (select coalesce(sum(balance), 0) as held from balances) b,
    (
        select coalesce(sum(case type when 'deposited' then 1 else -1 end * (data ->> 'amount')::bigint), 0) as paid
        from mt_events
        where type in ('deposited', 'withdrawn')
    ) e
where held <> paid
