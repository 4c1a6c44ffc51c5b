-- Of each limit: what is used, when the next ones and when as many as are needed are free, the end of its line, and who else waits for it.
-- A batch that is out is thought to end now: its permits free themselves a period later at the earliest. Who comes back later has no
-- claim on what is free now, except before one who has only just come, or took some. Who took some has one until it is late: its place begins and ends when it took
-- them; after that it is one who does not wait. First is who has waited longest, an urgent one's time counting so many
-- times as it weighs: so they get their shares also of a limit that gives one at a time. Half a time more, or who weighs 4 beside 1 would be
-- overtaken in the fourth turn already, by what the clocks differ.
select l.key, used.count, tail.due, freed.next, case when l.most - used.count < l.needed then freed.enough end,
       others.wanted, others.weight, own.since is not null as is_waiting,
       own.since is not null
           and (others.claim is null or (own.weight + case when own.weight > 1 then 0.5 else 0 end) * extract(epoch from $4 - own.since) >= others.claim) as is_first
from unnest($1::varchar[], $2::int[], $3::int[], $7::varchar[]) l(key, most, needed, line)
cross join lateral (
    select coalesce(sum(p.count), 0)::int as count from permits p where p.limit_key = l.key and p.frees_at > $4
) used
cross join lateral (
    select max(d.due) as due from deferrals d where d.limit_key = l.line and d.due > $4
) tail
cross join lateral (
    select min(f.at) as next, min(f.at) filter (where l.most - used.count + f.freed >= l.needed) as enough
    from (
        select p.at, sum(p.count) over (order by p.at) as freed
        from (
            select case when claim = '00000000-0000-0000-0000-000000000000' then frees_at else least(frees_at, $4 + period) end as at, count
            from permits where limit_key = l.key and frees_at > $4
        ) p
    ) f
) freed
left join limit_waits own on own.limit_key = l.key and own.campaign_id = $5 and (own.until > own.since or own.until > $6)
cross join lateral (
    select coalesce(sum(w.wanted), 0)::int as wanted, coalesce(sum(w.weight), 0)::int as weight,
           max((w.weight + case when w.weight > 1 then 0.5 else 0 end) * extract(epoch from $4 - w.since)) as claim
    from limit_waits w
    where w.limit_key = l.key and w.campaign_id <> $5 and w.until > $6 and (w.until <= $4 or own.since is null or own.until = own.since)
) others
