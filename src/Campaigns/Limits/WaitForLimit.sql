insert into limit_waits (limit_key, campaign_id, since, until, wanted, weight) values ($1, $2, $3, $4, $5, $6)
on conflict (limit_key, campaign_id) do update set
    -- Of one who took some and came back late the time in between was no waiting.
    since = case when limit_waits.until > limit_waits.since or limit_waits.until > $7 then limit_waits.since else excluded.since end,
    until = excluded.until, wanted = excluded.wanted, weight = excluded.weight
