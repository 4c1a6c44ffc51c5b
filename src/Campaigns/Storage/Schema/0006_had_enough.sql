-- Whether a frequency cap leaves no room for another message: by the contact, or by the address whichever contact has it. The keys are those of
-- the limits that the sending takes its permits from; the address stands in them as the id of its suppression stream, a UUID of version 8.
create function had_enough(tenant varchar, contact uuid, address varchar, most bigint, at timestamptz) returns boolean
language sql stable parallel safe as $$
    select exists (
        select
        from (select encode(sha256(convert_to('suppression' || chr(10) || tenant || chr(10) || address, 'UTF8')), 'hex')) h(hex)
        cross join lateral (
            values ('contact:' || tenant || ':' || replace(contact::text, '-', '')),
                   ('address:' || left(hex, 12) || '8' || substr(hex, 14, 3)
                    || translate(substr(hex, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab') || substr(hex, 18, 15))
        ) l(key)
        where (select coalesce(sum(p.count), 0) from permits p where p.limit_key = l.key and p.frees_at > at) >= most
    )
$$;
