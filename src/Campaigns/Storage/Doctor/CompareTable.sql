-- The statement that compares the rows of table $1 in schema $2 with those in schema $3: how many there are, how many are only here and
-- only there, and the first few of each.
select format(
    $statement$
    with kept as (select * from %2$I.%1$I except all select * from %3$I.%1$I),
         replayed as (select * from %3$I.%1$I except all select * from %2$I.%1$I)
    select (select count(*) from %2$I.%1$I), (select count(*) from kept), (select count(*) from replayed),
           array(select to_jsonb(kept)::text from kept limit 3), array(select to_jsonb(replayed)::text from replayed limit 3)
    $statement$,
    $1::text, $2::text, $3::text)
