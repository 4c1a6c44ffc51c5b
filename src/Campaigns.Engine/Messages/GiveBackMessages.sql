update messages m set claim = null, claimed_until = null, attempts = m.attempts - $3, due = coalesce($4, m.due)
from unnest($1, $2) c(id, claim)
where m.id = c.id and m.claim = c.claim
