select id from wolverine_outgoing_envelopes where owner_id = $1 order by id limit 10000
