delete from stopped_projections where name = $1
