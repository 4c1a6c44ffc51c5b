select hold_message($1, $2::int)
