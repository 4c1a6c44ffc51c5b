-- No row where one of the lists is not there any more.
select 1 where (select count(*) from (select from lists where tenant_id = $1 and id = any ($2::uuid[]) for key share) held) = $3
