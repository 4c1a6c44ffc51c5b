insert into strikes (at, kind, node, took)
select at, kind, node, took from unnest($1, $2, $3, $4) s(at, kind, node, took)
