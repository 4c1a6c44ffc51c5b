insert into told (message, reason) values ($1, $2)
