-- Whose recipients these are. There is no index by their id alone: every organisation is asked, by the key that there is.
with recursive organisations(tenant_id) as (
    (select tenant_id from recipients order by tenant_id limit 1)
    union all
    select (select r.tenant_id from recipients r where r.tenant_id > o.tenant_id order by r.tenant_id limit 1)
    from organisations o where o.tenant_id is not null
)
select r.id, r.tenant_id
from organisations o
join recipients r on r.tenant_id = o.tenant_id and r.id = any ($1)
