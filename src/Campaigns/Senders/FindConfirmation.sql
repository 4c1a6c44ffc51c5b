select tenant_id, id from mt_doc_sender where data #>> '{confirmation,hash}' = $1
