insert into campaign_progress (tenant_id, campaign_id)
select * from unnest($1, $2)
