-- After the append of the same commit, which has checked the versions and holds the rows of the streams: no event slips in between.
with archived as (
    update mt_streams set is_archived = true where tenant_id = $1 and id = any ($2)
)
update mt_events set is_archived = true where tenant_id = $1 and stream_id = any ($2)
