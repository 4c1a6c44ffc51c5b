update webhook_bodies set processed_at = $2, recorded = $3, duplicates = $4, unmatched = $5, malformed = $6 where id = $1
