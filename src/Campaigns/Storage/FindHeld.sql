select count(*) from wolverine_incoming_envelopes
where id = any ($1) and status <> 'Handled' and ($2::int is null or (owner_id = $2 and status = 'Incoming'))
