insert into batches (tenant_id, campaign_id, number, size, started_at)
select * from unnest($1, $2, $3, $4, $5)
