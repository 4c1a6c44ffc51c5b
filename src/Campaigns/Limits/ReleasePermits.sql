-- The last answer came at $2: from there on a period passes. What was claimed and not handed over is free at once.
with claimed as (
    delete from permits where claim = $1 and claim <> '00000000-0000-0000-0000-000000000000' returning limit_key, period, count
)
insert into permits (limit_key, frees_at, claim, period, count)
select c.limit_key, date_bin(c.period / 1000, $2::timestamptz + c.period, 'epoch') + c.period / 1000, '00000000-0000-0000-0000-000000000000', c.period,
       c.count - coalesce(u.unused, 0)
from claimed c
left join unnest($3::varchar[], $4::int[]) u(key, unused) on u.key = c.limit_key
where c.count > coalesce(u.unused, 0)
order by c.limit_key
on conflict (limit_key, frees_at, claim) do update set count = permits.count + excluded.count
