update mt_events e
set data = m.data, type = m.type, mt_dotnet_type = m.clr_type, headers = coalesce(e.headers, '{}') || jsonb_build_object($5::varchar, $6::varchar)
from unnest($1::bigint[], $2::jsonb[], $3::varchar[], $4::varchar[]) m(seq_id, data, type, clr_type)
where e.seq_id = m.seq_id
