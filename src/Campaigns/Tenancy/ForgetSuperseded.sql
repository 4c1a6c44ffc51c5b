delete from provider_credentials where superseded_at <= $1
