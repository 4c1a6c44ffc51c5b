delete from mt_doc_alias d
where not exists (select from mt_streams s where s.tenant_id = d.tenant_id and s.id = d.id and s.type = $1)
