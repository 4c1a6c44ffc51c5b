-- Within a campaign and step one address or number gets one message, however many contacts have it. The commit that claims a batch notes each of
-- its addresses here: a second recipient with the same one is skipped, or refused by the key where two are claimed at once.
create table written_to (
    tenant_id    varchar not null,
    campaign_id  uuid    not null,
    step         int     not null,
    address      uuid    not null, -- a hash of campaign and address: says nothing about other campaigns, and goes when the person is erased
    recipient_id uuid    not null,
    primary key (tenant_id, campaign_id, step, address)
);
