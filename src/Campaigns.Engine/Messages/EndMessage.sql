delete from messages where id = $1 and claim = $2 and not once
