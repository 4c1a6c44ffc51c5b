select data, mt_version from mt_doc_alias where tenant_id = $1 and id = $2
