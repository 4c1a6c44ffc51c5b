-- Messages have a priority, and those sent under an id of the sender's choosing stay handled: the row is kept for a while in
-- place of a deleted one, so that its id refuses the same message when it comes again.
alter table messages
    add column priority   smallint not null default 0, -- -1 urgent, 0 normal, 1 background
    add column once       bool     not null default false,
    add column handled_at timestamptz,
    add column lost       int      not null default 0, -- claims in a row that ended with their time, because the node died for instance
    add constraint a_priority_is_known check (priority between -1 and 1);

drop index messages_due;
create index messages_due on messages (queue, priority, due) where dead_at is null and handled_at is null;
create index messages_handled on messages (handled_at) where handled_at is not null;

-- Ends handled messages, or fails when the claim on one of them was lost: then another worker owns its effects. What stays handled
-- is due never, so that a node of the version before, which does not know the column, passes over it too.
create function complete_messages(ids uuid[], claimed uuid, at timestamptz) returns void language plpgsql as $$
declare
    removed bigint;
    kept    bigint;
begin
    if cardinality(ids) = 1 then
        -- The usual case, apart because a plan for arrays of any length looks too dear to be kept: it would be made anew each time.
        delete from messages where id = ids[1] and claim = claimed and not once;
    else
        delete from messages where id = any (ids) and claim = claimed and not once;
    end if;
    get diagnostics removed = row_count;
    if removed = cardinality(ids) then
        return;
    end if;

    update messages set handled_at = at, due = 'infinity', claim = null, claimed_until = null, body = '{}', last_error = null
    where id = any (ids) and claim = claimed and once;
    get diagnostics kept = row_count;
    if removed + kept <> cardinality(ids) then
        raise exception 'The claim on % of % messages was lost', cardinality(ids) - removed - kept, cardinality(ids)
            using errcode = 'CE001';
    end if;
end
$$;

-- What a node of the version before calls: it too must leave the id of a message behind whose sender chose it.
create or replace function complete_messages(ids uuid[], claimed uuid) returns void language sql as $$
    select complete_messages(ids, claimed, now())
$$;
