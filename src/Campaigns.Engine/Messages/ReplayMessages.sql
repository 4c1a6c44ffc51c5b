with replayed as (
    update messages set dead_at = null, attempts = 0, lost = 0, due = $5
    where dead_at is not null
      and ($1::varchar is null or tenant_id = $1) and ($2::varchar is null or queue = $2) and ($3::varchar is null or kind = $3)
      and ($4::uuid[] is null or id = any ($4))
    returning queue
)
select queue, count(*) from replayed group by queue
