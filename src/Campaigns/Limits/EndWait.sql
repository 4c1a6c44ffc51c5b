-- Who takes of many has them handed over and comes back for more: until then it keeps a place, from now on, or another one that comes a moment later
-- would find what is free by then to be all its own. Of few each is another's turn.
with few as (
    delete from limit_waits where limit_key = any ($1) and campaign_id = $3
)
update limit_waits set since = $4, until = $4 where limit_key = any ($2) and campaign_id = $3
