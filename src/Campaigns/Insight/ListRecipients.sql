select r.id, r.contact_id, a.email, r.status, coalesce(r.category || ': ', '') || r.reason, r.batch, r.queued_at, r.sent_at, r.delivered_at, r.opened_at, r.clicked_at, r.bounced_at,
       r.complained_at, r.unsubscribed_at, r.timed_out_at, r.channel, a.phone, r.sender_id
from recipients r
left join batches b on b.tenant_id = r.tenant_id and b.campaign_id = r.campaign_id and b.number = r.batch
cross join lateral addresses_at(r.tenant_id, r.contact_id, b.started_at) a
where r.tenant_id = $1 and r.campaign_id = $2 and r.id > $3 and r.id <= $4
  and case $5::text
          when 'Queued' then r.status = 'queued'
          when 'Skipped' then r.status = 'skipped'
          when 'Sending' then r.status = 'sending'
          when 'Sent' then r.status = 'sent'
          when 'Failed' then r.status = 'failed'
          when 'InDoubt' then r.status = 'inDoubt'
          when 'Delivered' then r.delivered_at is not null
          when 'Opened' then r.opened_at is not null
          when 'Clicked' then r.clicked_at is not null
          when 'Bounced' then r.bounced_at is not null
          when 'Undelivered' then r.bounced_at is not null and r.channel = 'sms'
          when 'Complained' then r.complained_at is not null
          when 'Unsubscribed' then r.unsubscribed_at is not null
          when 'TimedOut' then r.timed_out_at is not null
          else true
      end
order by r.id
limit $6
