select exists (select from lists where tenant_id = $1 and id = $2),
       exists (select from mt_doc_template where tenant_id = $1 and id = $3)
