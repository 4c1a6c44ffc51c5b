-- All campaigns and segments of the organisation are looked through: people remove things seldom, and neither is bulk data.
select id, data #>> '{settings,name}' as name, data ->> 'status' as status
from mt_doc_campaign
where tenant_id = $1
  and data ->> 'status' not in ('Deleted', 'Completed', 'Partial', 'Failed', 'Cancelled')
  and case $2::text
        when 'List' then not coalesce((data ->> 'isHydrated')::bool, false)
             and (data #>> '{settings,listId}' = $3::uuid::text
                  or coalesce(data #> '{settings,audience,lists}' ? $3::uuid::text, false)
                  or coalesce(data #> '{settings,audience,exceptLists}' ? $3::uuid::text, false))
        when 'Segment' then not coalesce((data ->> 'isHydrated')::bool, false)
             and (coalesce(data #> '{settings,audience,segments}' ? $3::uuid::text, false)
                  or coalesce(data #> '{settings,audience,exceptSegments}' ? $3::uuid::text, false))
        when 'Template' then data #>> '{settings,templateId}' = $3::uuid::text and data ->> 'templateVersion' is null
        when 'Formula' then data #>> '{settings,offers,formulaId}' = $3::uuid::text and data ->> 'templateVersion' is null
        when 'Sender' then coalesce(data #> '{settings,senderIds}' ? $3::uuid::text, false) or data #>> '{settings,from,email}' = $4::text
        when 'EmailAccount' then data ->> 'status' in ('Scheduled', 'Sending', 'Paused') and coalesce(data #>> '{settings,channels}', 'Email') <> 'Sms'
        else data ->> 'status' in ('Scheduled', 'Sending', 'Paused') and data #>> '{settings,channels}' in ('Sms', 'EmailAndSms')
      end
union all
select id, data #>> '{definition,name}', null
from mt_doc_segment
where tenant_id = $1 and $2::text = 'List' and not (data ->> 'deleted')::bool
  and jsonb_path_exists(data, '$.**.list ? (@ == $id)', jsonb_build_object('id', $3::uuid::text))
order by id desc
limit $5
