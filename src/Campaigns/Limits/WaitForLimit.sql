insert into limit_waits (limit_key, campaign_id, since, until, wanted, weight) values ($1, $2, $3, $4, $5, $6)
on conflict (limit_key, campaign_id) do update set until = excluded.until, wanted = excluded.wanted, weight = excluded.weight
