update wolverine_incoming_envelopes set owner_id = 0 where owner_id = $1 and status = 'Incoming' and id = any ($2) returning id
