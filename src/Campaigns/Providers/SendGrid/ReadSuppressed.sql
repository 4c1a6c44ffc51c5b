select address, reason from suppressions where tenant_id = $1 and address = any ($2)
