-- Of dry runs that failed and nobody let go on.
delete from import_keys k
using mt_doc_contact_import i
where i.tenant_id = k.tenant_id and i.id = k.import_id and i.data ->> 'status' in ('Completed', 'Failed') and i.mt_last_modified < $1::timestamptz
