-- A message and the event it causes came true together.
select coalesce(f.message::text, e.causation_id) as message, f.kind, e.type
from (select * from effects where kind in ('take_from', 'give_to')) f
full join (select * from mt_events where type in ('taken', 'given', 'declined')) e on e.causation_id = f.message::text
where f.message is null or e.seq_id is null
