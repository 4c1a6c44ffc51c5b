-- In whose name the messages went out, and how they were received ---------------------------------------------------------

-- Who writes to somebody: the sender of the batch that took the message, until it is sent. In no index, so that no update touches one.
alter table recipients add column sender_id uuid;

-- Kept by the ledger. By campaign too, so that campaigns that share a sender wait for each other at no row: whoever changes one
-- of these holds the campaign's row of progress.
create table sender_health (
    tenant_id   varchar     not null,
    sender_id   uuid        not null,
    hour        timestamptz not null, -- in which it was sent, whenever it bounced or was complained about
    campaign_id uuid        not null,
    sent        int         not null,
    bounced     int         not null,
    complained  int         not null,
    primary key (tenant_id, sender_id, hour, campaign_id)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- What waits for a person may be a sender.
alter table alerts
    alter column campaign_id drop not null,
    add column sender_id uuid;

create index alerts_open_of_senders on alerts (tenant_id, sender_id) where resolved_at is null;
