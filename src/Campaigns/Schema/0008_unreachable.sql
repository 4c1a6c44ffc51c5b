-- Consent: messages that did not get to their address since the last one that did ---------------------------------------

create table unreachable (
    tenant_id    varchar     not null,
    id           uuid        not null, -- of the address's stream
    recipient_id uuid        not null,
    at           timestamptz not null,
    primary key (tenant_id, id, recipient_id)
);
