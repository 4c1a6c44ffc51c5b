select a.id, a.campaign_id, a.sender_id, coalesce(c.data #>> '{settings,name}', s.data #>> '{settings,name}'), a.reason, a.raised_at, a.resolved_at
from alerts a
left join mt_doc_campaign c on c.tenant_id = a.tenant_id and c.id = a.campaign_id
left join mt_doc_sender s on s.tenant_id = a.tenant_id and s.id = a.sender_id
where a.tenant_id = $1 and a.id < $2 and (not $3 or a.resolved_at is null)
order by a.id desc
limit $4
