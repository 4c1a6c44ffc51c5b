select email from former_addresses where tenant_id = $1 and contact_id = $2 order by until
