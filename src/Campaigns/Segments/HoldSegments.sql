-- No row where one of the segments is not there any more.
select 1 where (select count(*) from mt_doc_segment where tenant_id = $1 and id = any ($2::uuid[]) and not (data ->> 'deleted')::bool) = $3
