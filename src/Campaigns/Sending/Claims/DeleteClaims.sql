-- Reads all claims of the campaign: those of a recipient may be of other addresses than the contact had last, and an index for the few who are
-- forgotten would cost every message.
delete from written_to where tenant_id = $1 and campaign_id = $2 and recipient_id = any ($3)
