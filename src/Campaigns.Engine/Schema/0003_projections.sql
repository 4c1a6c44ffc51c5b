-- Moves the checkpoint of an async projection, or fails when it is not where its owner left it: then somebody else owns the projection.
create function advance_projection(projection varchar, from_position bigint, to_position bigint) returns void language plpgsql as $$
begin
    update mt_event_progression set last_seq_id = to_position, last_updated = transaction_timestamp()
    where name = projection and last_seq_id = from_position;
    if not found then
        raise exception 'The checkpoint of % is not at %', projection, from_position using errcode = 'CE002';
    end if;
end
$$;

-- A projection that could not go on, until somebody lets it.
create table stopped_projections (
    name       varchar     primary key,
    position   bigint      not null, -- the event at which it stopped
    error      varchar     not null,
    stopped_at timestamptz not null
);

-- Events that a projection was told to skip when it could not apply them.
create table skipped_events (
    projection varchar     not null,
    position   bigint      not null,
    error      varchar     not null,
    skipped_at timestamptz not null,
    primary key (projection, position)
);
