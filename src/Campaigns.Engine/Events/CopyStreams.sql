copy mt_streams (tenant_id, id, type, version, timestamp, created) from stdin (format binary)
