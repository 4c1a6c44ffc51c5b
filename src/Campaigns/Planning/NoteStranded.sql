insert into stranded_messages (tenant_id, campaign_id, message_id) values ($1, $2, $3) on conflict do nothing
