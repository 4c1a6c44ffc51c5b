select campaign_id, recipients, skipped, queued, sending, sent, failed, in_doubt, delivered, opened, clicked, bounced, complained, unsubscribed, timed_out
from campaign_progress
where tenant_id = $1 and campaign_id = any ($2)
