select advance_projection($1, $2, $3)
