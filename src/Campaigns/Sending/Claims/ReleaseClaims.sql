-- One look at the key for each, as when they are read.
delete from written_to
where ctid = any (array(
    select w.ctid
    from unnest($3::uuid[], $4::int[], $5::varchar[]) a(recipient_id, step, address)
    cross join lateral (
        select w.ctid from written_to w
        where w.tenant_id = $1 and w.campaign_id = $2::uuid and w.step = a.step and w.address = md5($2::uuid::text || ':' || a.address)::uuid
          and w.recipient_id = a.recipient_id
        limit 1
    ) w))
