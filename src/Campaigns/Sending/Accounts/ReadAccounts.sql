select provider, slow_until, slowed, errors_in_a_row, reason from provider_accounts where tenant_id = $1 and provider = any ($2)
