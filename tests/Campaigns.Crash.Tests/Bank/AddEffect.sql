insert into effects (message, kind, node, attempt) values ($1, $2, $3, $4)
