insert into audit (position, account, type)
select position, account, type from unnest($1, $2, $3) e(position, account, type)
