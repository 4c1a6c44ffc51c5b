select due, reason from deferrals
where tenant_id = $1 and campaign_id = $2
order by due desc, recipient_id desc
limit 1
