-- Who has contacts with these addresses, organisation by organisation.
with recursive organisations(tenant_id) as (
    (select tenant_id from contacts order by tenant_id limit 1)
    union all
    select (select c.tenant_id from contacts c where c.tenant_id > o.tenant_id order by c.tenant_id limit 1)
    from organisations o where o.tenant_id is not null
)
select c.email, c.tenant_id
from organisations o
join contacts c on c.tenant_id = o.tenant_id and c.email = any ($1)
