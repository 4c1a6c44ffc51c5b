-- Nothing waits in Wolverine's inbox or outbox, or in a queue in PostgreSQL, but for its time.
select id::text, format('%s is %s for node %s since its attempt %s, due %s', message_type, status, owner_id, attempts, coalesce(execution_time::text, 'at once'))
from wolverine_incoming_envelopes
where status = 'Incoming' or status = 'Scheduled' and execution_time < now() - interval '2 seconds'
union all
select id::text, format('%s was not sent by node %s to %s', message_type, owner_id, destination)
from wolverine_outgoing_envelopes
union all
select table_name, waiting || ' messages wait in it'
from information_schema.tables,
     lateral (select (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', table_schema, table_name), false, true, '')))[1]::text) w(waiting)
where table_schema = current_schema() and table_name like 'wolverine\_queue\_%' and table_name not like '%\_scheduled' and waiting <> '0'
