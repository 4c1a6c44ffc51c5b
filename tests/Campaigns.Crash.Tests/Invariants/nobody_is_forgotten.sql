-- Everybody on the list of a campaign is a recipient, over each of its channels.
select member.contact_id::text, format('is on the list of campaign %s, and no recipient by %s', campaign.id, channel.name)
from mt_doc_campaign campaign
join list_members member on member.tenant_id = campaign.tenant_id and member.list_id = (campaign.data #>> '{settings,listId}')::uuid
cross join lateral unnest(case coalesce(campaign.data #>> '{settings,channels}', 'Email')
    when 'Email' then '{email}'::text[]
    when 'Sms' then '{sms}'
    else '{email,sms}'
end) channel(name)
where campaign.data ->> 'status' <> 'Draft'
  and not exists (
      select from recipients r
      where r.tenant_id = campaign.tenant_id and r.campaign_id = campaign.id and r.contact_id = member.contact_id and r.channel = channel.name)
