insert into acknowledged (id, what) select distinct id, $2 from unnest($1) id
