insert into alerts (tenant_id, id, campaign_id, sender_id, reason, raised_at) values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, id) do nothing
