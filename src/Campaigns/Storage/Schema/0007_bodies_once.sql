-- A body that is posted again, as it was, is not stored again: hash is the start of the SHA-256 of its provider, its target and its bytes. Parts of a
-- shared body have none: their id follows from what is in them.
alter table webhook_bodies
    add column hash    uuid,
    add column repeats int     not null default 0,
    add column late    boolean not null default false; -- signed too long ago to be read without somebody's word

create unique index webhook_bodies_once on webhook_bodies (tenant_id, hash) where hash is not null;
