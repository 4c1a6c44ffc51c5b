update messages m set claimed_until = $3
from unnest($1, $2) c(id, claim)
where m.id = c.id and m.claim = c.claim
returning m.id
