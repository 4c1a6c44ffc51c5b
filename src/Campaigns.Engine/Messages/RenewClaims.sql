-- Must not wait for a row: a commit that ends one message may itself be waiting, and meanwhile the claims on all others would
-- run out. A locked row needs no renewal, because claiming skips it too.
with held as (
    select m.id, m.claim
    from unnest($1, $2) c(id, claim)
    join messages m on m.id = c.id and m.claim = c.claim
), free as (
    select m.id from messages m
    where m.id in (select id from held)
    for update skip locked
), renewed as (
    update messages m set claimed_until = $3
    from free, held
    where m.id = free.id and held.id = m.id and m.claim = held.claim
)
select id, claim from held
