-- Each transfer has exactly one take and one give of the same amount, or was declined once.
select s.message as transfer, t.takes, t.gives, t.declines, t.amounts
from (select message::text from sent where kind = 'take_from') s
full join (
    select
        data ->> 'transfer' as transfer,
        count(*) filter (where type = 'taken') as takes,
        count(*) filter (where type = 'given') as gives,
        count(*) filter (where type = 'declined') as declines,
        count(distinct data ->> 'amount') as amounts
    from mt_events
    where type in ('taken', 'given', 'declined')
    group by 1
) t on t.transfer = s.message
where s.message is null or t.transfer is null or (takes, gives, declines, amounts) not in ((1, 1, 0, 1), (0, 0, 1, 0))
