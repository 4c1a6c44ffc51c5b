select id, data from mt_doc_contact_import where tenant_id = $1 and id < $2 order by id desc limit $3
