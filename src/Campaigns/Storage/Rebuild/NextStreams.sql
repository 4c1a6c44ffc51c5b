-- The next streams of a kind behind one, of one organisation only.
with next as (
    select tenant_id, id from mt_streams
    where type = $1 and (tenant_id, id) > ($2, $3)
    order by tenant_id, id
    limit $4
)
select s.tenant_id, s.id from mt_streams s
join next on next.tenant_id = s.tenant_id and next.id = s.id
where s.tenant_id = (select min(tenant_id) from next)
order by s.id
