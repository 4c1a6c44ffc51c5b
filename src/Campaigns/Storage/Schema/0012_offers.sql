-- What belongs to contacts and messages are about, as the properties of an agent. The id follows from the contact and the reference.
create table offers (
    tenant_id  varchar     not null,
    contact_id uuid        not null,
    id         uuid        not null,
    reference  varchar     not null,
    fields     jsonb       not null, -- texts by snake_case name
    import_id  uuid,                 -- the last file that named it
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, contact_id, id)
);

-- What a file named, for whom its contacts are to have nothing else.
create index offers_by_import on offers (tenant_id, import_id) where import_id is not null;

-- A number as people write it, as templates read it too: with a point or a comma before the fraction, marks between thousands, a currency. Null where it
-- is none, or could be two: 1,234. $1,234 is a thousand: those who use the currency write a point before the fraction; and 1.234 € could be one.
create or replace function written_number(written text) returns numeric
language plpgsql immutable strict parallel safe as $$
declare
    -- Small patterns only: PostgreSQL makes room for all states of a large one each time it is asked, which takes ten times as long as the rest.
    simple constant text := '^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$';
    words constant text[] := array[
        'EUR', 'USD', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'ISK', 'PLN', 'CZK', 'HUF', 'RON', 'BGN', 'TRY', 'JPY', 'CNY', 'INR', 'CAD', 'AUD', 'NZD', 'BRL', 'MXN', 'ZAR',
        'Euro', 'euro', 'Fr', 'Fr.', 'SFr', 'SFr.', 'kr', 'kr.', 'zł', 'Kč', 'Ft', 'lei', 'Rs', 'Rs.'];
    t text;
    before text; -- the first digit
    behind text; -- the last one
    lead text;
    sign text := '';
    currency text;
begin
    if written ~ simple then
        return written::numeric;
    elsif length(written) > 100 or written !~ '[0-9]' then
        return null;
    end if;
    t := btrim(translate(written, U&'\2212\2019\00B4\0060\2018\00A0\2009\202F\2007\200B\FEFF', '-''''''''    '));
    before := substring(t from '^[^0-9]*');
    behind := substring(t from '[^0-9]*$');
    t := substr(t, length(before) + 1, length(t) - length(before) - length(behind));
    if before ~ '^[+-]' then
        sign := left(before, 1);
        before := substr(before, 2);
    end if;
    if before <> '' and not before = any (words) then
        lead := substring(before from '[+.,-]*$');
        before := left(before, length(before) - length(lead));
        t := lead || t;
        if right(before, 1) = ' ' then
            before := left(before, length(before) - 1);
        end if;
    end if;
    if behind ~ '^[.,](?:-{1,2}|[–—])' then -- no cents
        behind := ltrim(substr(behind, 2), '-–—');
    elsif behind = '.' or behind ~ '^\. ' then
        behind := substr(behind, 2);
    end if;
    if left(behind, 1) = ' ' then
        behind := substr(behind, 2);
    end if;
    currency := before || behind;
    if before <> '' and behind <> '' then
        return null;
    elsif currency <> '' and not currency = any (words)
        and not (right(currency, 1) ~ '[$¢£¤¥€₡₦₩₪₫₭₱₲₴₵₸₹₺₼₽₾₿]' and left(currency, -1) ~ '^(?:[A-Z]{1,3} ?)?$') then
        return null;
    end if;
    t := sign || t;
    if currency <> '' and t ~ '^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$' then
        return case
            when currency ~ '^R\$' or currency !~ '[$£¥₹]|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|MXN|Fr|Rs' then null
            else replace(t, ',', '')::numeric
        end;
    end if;
    return case
        when t ~ simple then t::numeric
        when t ~ '^[+-]?[0-9]{1,3}(?:(?:''[0-9]{3})+|(?: [0-9]{3})+)(?:[.,][0-9]*)?$' then replace(translate(t, ' ''', ''), ',', '.')::numeric
        when t ~ '^[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+$' or t ~ '^[+-]?[0-9]{1,3}(?:,[0-9]{3}){2,}$'
            or t ~ '^[+-]?[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?$' then replace(t, ',', '')::numeric
        when t ~ '^[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+$' or t ~ '^[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,}$' then replace(replace(t, '.', ''), ',', '.')::numeric
        when t ~ '^[+-]?[0-9]*,[0-9]+$' and t !~ '^[+-]?[1-9][0-9]{0,2},[0-9]{3}$' then replace(t, ',', '.')::numeric
    end;
end $$;
