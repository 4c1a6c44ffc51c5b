select id,
       case when handled_at is not null then 'Handled' when dead_at is not null then 'Dead' when claimed_until > $8 then 'Claimed' else 'Waiting' end,
       queue, kind, priority, tenant_id, sent_at, nullif(due, 'infinity'), attempts, last_error, dead_at, handled_at, correlation_id, causation_id, body
from messages
where ($1::varchar is null or tenant_id = $1) and ($2::varchar is null or queue = $2) and ($3::varchar is null or kind = $3)
  and ($4::uuid[] is null or id = any ($4)) and ($6::uuid is null or id > $6)
  and case $5::varchar
      when 'Dead' then dead_at is not null
      when 'Handled' then handled_at is not null
      when 'Claimed' then dead_at is null and handled_at is null and claimed_until > $8
      when 'Waiting' then dead_at is null and handled_at is null and (claimed_until is null or claimed_until <= $8)
      else true end
order by id
limit $7
