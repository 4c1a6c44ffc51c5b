-- The latest of one organisation, to look at and to read again.
create index webhook_bodies_by_tenant on webhook_bodies (tenant_id, id);
