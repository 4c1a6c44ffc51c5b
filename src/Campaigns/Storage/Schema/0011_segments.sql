-- Who is in an audience is a query that the application writes, from conditions and lists alike.
drop function audience(varchar, uuid[], uuid[], bool, uuid[], uuid[], varchar[], uuid, bigint);

-- Whom a campaign goes to, as it was at one moment of its launch: so many in a part, in the order of their ids. Gone when they are recipients.
create table audience_snapshots (
    tenant_id   varchar not null,
    campaign_id uuid    not null,
    snapshot    uuid    not null, -- of the message that had it taken: tried again it finds it there
    part        int     not null,
    contacts    uuid[]  not null,
    excepted    bool[]  not null,
    primary key (tenant_id, campaign_id, snapshot, part)
);

alter table audience_snapshots alter column contacts set storage external; -- ids cannot be compressed

-- A number as people write it, as templates read it too: with a point or a comma before the fraction, marks between thousands, a currency. Null where it
-- is none, or could be two: 1,234.
create function written_number(written text) returns numeric
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
    return case
        when t ~ simple then t::numeric
        when t ~ '^[+-]?[0-9]{1,3}(?:(?:''[0-9]{3})+|(?: [0-9]{3})+)(?:[.,][0-9]*)?$' then replace(translate(t, ' ''', ''), ',', '.')::numeric
        when t ~ '^[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+$' or t ~ '^[+-]?[0-9]{1,3}(?:,[0-9]{3}){2,}$'
            or t ~ '^[+-]?[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?$' then replace(t, ',', '')::numeric
        when t ~ '^[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+$' or t ~ '^[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,}$' then replace(replace(t, '.', ''), ',', '.')::numeric
        when t ~ '^[+-]?[0-9]*,[0-9]+$' and t !~ '^[+-]?[1-9][0-9]{0,2},[0-9]{3}$' then replace(t, ',', '.')::numeric
    end;
end $$;

-- The day that a text begins with: 2026-11-30, 2026-11-30T09:00, or 30.11.2026. Null where it is none; 11/30/2026 could be two.
create function written_date(written text) returns date
language plpgsql immutable strict parallel safe as $$
declare
    parts text[];
    y int;
    m int;
    d int;
begin
    if written ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[^0-9])' then
        y := left(written, 4)::int;
        m := substr(written, 6, 2)::int;
        d := substr(written, 9, 2)::int;
    elsif written ~ '^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[^0-9])' then
        parts := regexp_match(written, '([0-9]+)-([0-9]+)-([0-9]+)');
        y := parts[1]::int;
        m := parts[2]::int;
        d := parts[3]::int;
    elsif written ~ '^\s*[0-9]{1,2}\.\s?[0-9]{1,2}\.\s?[0-9]{4}(?:$|[^0-9])' then
        parts := regexp_match(written, '([0-9]+)\.\s?([0-9]+)\.\s?([0-9]+)');
        y := parts[3]::int;
        m := parts[2]::int;
        d := parts[1]::int;
    end if;
    return case
        when y is null or y = 0 or m not between 1 and 12 or d not between 1 and 31 then null
        when d <= 28 or d <= extract(day from make_date(y, m, 1) + interval '1 month' - interval '1 day') then make_date(y, m, d)
    end;
end $$;
