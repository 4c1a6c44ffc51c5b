-- Of uploads that broke off with their server ($1: nothing came since), and of imports that failed and nobody let go on ($2).
delete from import_parts p
using (
    select k.tenant_id, k.import_id, max(k.kept_at) as last
    from import_parts k
    group by k.tenant_id, k.import_id
) upload
left join mt_doc_contact_import i on i.tenant_id = upload.tenant_id and i.id = upload.import_id
where p.tenant_id = upload.tenant_id and p.import_id = upload.import_id
  and case when i.id is null then upload.last < $1::timestamptz else i.data ->> 'status' in ('Completed', 'Failed') and i.mt_last_modified < $2::timestamptz end
