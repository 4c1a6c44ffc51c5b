select id, received_at from wolverine_incoming_envelopes where owner_id = $1 and status = 'Incoming' order by id limit 10000
