select complete_messages($1, $2, $3)
