update messages set due = $3, last_error = $4, claim = null, claimed_until = null, lost = 0
where id = $1 and claim = $2
