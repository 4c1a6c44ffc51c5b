insert into strikes (at, kind, node) select at, kind, node from unnest($1, $2, $3) s(at, kind, node)
