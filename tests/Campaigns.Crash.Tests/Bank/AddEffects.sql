insert into effects (message, kind, node) select message, $2, $3 from unnest($1) message
