-- Each transfer has exactly one take and one give of the same amount, or was declined once.
select s.message as transfer, takes, gives, declines
from sent s
left join lateral (
    select
        count(*) filter (where type = 'taken') as takes,
        count(*) filter (where type = 'given') as gives,
        count(*) filter (where type = 'declined') as declines,
        count(distinct data ->> 'amount') as amounts
    from mt_events e
    where e.data ->> 'transfer' = s.message::text
) t on true
where s.kind = 'take_from' and (takes, gives, declines, amounts) not in ((1, 1, 0, 1), (0, 0, 1, 0))
