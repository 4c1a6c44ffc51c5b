select seq_id, id, stream_id, version, type, timestamp, user_name, correlation_id, causation_id, data
from mt_events
where tenant_id = $1 and stream_id = $2 and case when $4 then version < $3 else version > $3 end
order by case when $4 then -version else version end
limit $5
