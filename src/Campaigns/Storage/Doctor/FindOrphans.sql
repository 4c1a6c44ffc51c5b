select array(
    select d.tenant_id || ' ' || d.id
    from mt_doc_alias d
    where not exists (select from mt_streams s where s.tenant_id = d.tenant_id and s.id = d.id and s.type = $1)
    order by d.tenant_id, d.id
    limit $2)
