update wolverine_outgoing_envelopes set owner_id = 0 where owner_id = $1 and id = any ($2) returning id
