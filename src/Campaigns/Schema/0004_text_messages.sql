-- E.164. Not unique: a household shares a telephone.
alter table contacts add column phone varchar;
create index contacts_by_phone on contacts (tenant_id, phone) where phone is not null;

-- A campaign by both channels has two recipients a contact.
alter table recipients add column channel varchar not null default 'email';

-- Who answers by text message is known by the number only. Nothing in this index ever changes, so no update touches it.
create index recipients_by_contact on recipients (tenant_id, contact_id) where channel = 'sms';

-- To which of a provider's addresses it was posted, with the query: there Twilio repeats our id.
alter table webhook_bodies add column target varchar;
