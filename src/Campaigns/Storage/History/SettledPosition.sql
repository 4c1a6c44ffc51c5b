-- How far the positions behind $1 run without a hole, and the highest one of the next $2 that is visible at all.
-- Of consecutive positions, position minus row number is the same; behind a hole it is larger for good.
select coalesce(max(seq_id) filter (where run = $1), $1) as settled, coalesce(max(seq_id), $1) as highest
from (
    select seq_id, seq_id - row_number() over (order by seq_id) as run
    from (select seq_id from mt_events where seq_id > $1 order by seq_id limit $2) ahead
) numbered
