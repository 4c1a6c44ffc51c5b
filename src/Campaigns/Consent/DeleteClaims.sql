-- By way of the campaigns, each read once: the addresses that were claimed may be other ones than the contact has now.
delete from written_to w
using recipients r
where r.tenant_id = $1 and r.id = any ($2) and w.tenant_id = r.tenant_id and w.campaign_id = r.campaign_id and w.step = r.step
  and w.recipient_id = r.id
