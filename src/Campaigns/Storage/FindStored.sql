-- Events that were masked before carry a header that says so; those without a mask never do.
select distinct stream_id from mt_events
where tenant_id = $1 and stream_id = any ($2) and (headers is null or not headers ? 'erased')
order by stream_id
