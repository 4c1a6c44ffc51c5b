select key from provider_facts where tenant_id = $1 and key = any ($2)
