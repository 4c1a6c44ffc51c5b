select complete_messages($1, $2)
