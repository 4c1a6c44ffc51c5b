using Campaigns.Recipients;

namespace Campaigns.Segments;

/// <summary>
/// Finds contacts by lists, conditions and exceptions: writes the query <c>audience</c> that a statement stands on, with the columns <c>contact_id</c>,
/// <c>excepted</c>, <c>removed</c> (picked by hand, and not there any more), <c>email</c>, <c>phone</c> and <c>time_zone</c>. Values are parameters, never text.
/// </summary>
/// <remarks>
/// One pass over the contacts, with what lists and messages say of each of them joined to it: so every condition costs the same wherever it stands, and
/// PostgreSQL has no choice that is a hundred times slower. Where a list alone decides, it begins with the list.
/// </remarks>
/// <param name="at">The moment that last and next days count from.</param>
/// <param name="zone">Whose days they are.</param>
/// <param name="first">How many values stand before those of the query: <c>$1</c>, the organisation, and what else the statement takes.</param>
public sealed class ContactQuery(DateTimeOffset at, TimeZoneInfo zone, int first)
{
    readonly List<object> values = [];
    readonly List<string> included = [], excepted = [], lists = [], events = [];
    readonly List<Guid> listed = [];
    readonly List<string> heard = [];
    Guid[] picked = [];
    string? exceptedContacts;

    DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    /// <summary>A statement over the audience, in which <c>$1</c> is the organisation.</summary>
    /// <param name="tenantId">The first of its values.</param>
    /// <param name="own">The others, whose number was given before.</param>
    public (string Text, object?[] Values) Over(string statement, string tenantId, params object?[] own)
    {
        var query = Write();
        return ($"{query}\n{statement}", [tenantId, .. own, .. values]);
    }

    public ContactQuery IncludeEverybody() => Include("true");

    public ContactQuery IncludeLists(IReadOnlyCollection<Guid> ids) => Include(OnAnyOf(ids));

    // Parts of it would each be estimated, and their product be next to nobody, for whom PostgreSQL chooses loops: as a whole it counts as a half.
    public ContactQuery Include(Condition condition) => Include($"coalesce({Write(condition)}, false)");

    /// <summary>By hand; also those who are not there any more.</summary>
    public ContactQuery IncludeContacts(IReadOnlyCollection<Guid> ids)
    {
        picked = [.. ids];
        return Include($"({Column(lists, "bool_or(m.list_id is null)", "l")} is true)");
    }

    public ContactQuery ExceptLists(IReadOnlyCollection<Guid> ids) => Except(OnAnyOf(ids));

    public ContactQuery Except(Condition condition) => Except(Write(condition));

    public ContactQuery ExceptContacts(IReadOnlyCollection<Guid> ids)
    {
        exceptedContacts = Value(ids.ToArray());
        return Except($"c.id = any ({exceptedContacts})");
    }

    public ContactQuery ExceptDomains(IReadOnlyCollection<string> domains) =>
        Except($"coalesce(split_part(c.email, '@', 2) = any ({Value(domains.ToArray())}), false)");

    ContactQuery Include(string condition)
    {
        included.Add(condition);
        return this;
    }

    ContactQuery Except(string condition)
    {
        excepted.Add(condition);
        return this;
    }

    string Write()
    {
        // Each is worked out once, whatever PostgreSQL does with the rest: joined as they are, every worker of a parallel plan would do it for itself.
        var perList = lists.Count == 0 ? "" : $"""
            listed as materialized (
                select m.contact_id, {string.Join(", ", lists)}
                from ({Members()}) m(contact_id, list_id)
                group by m.contact_id
            ),
            """;
        var perMessage = events.Count == 0 ? "" : $"""
            heard as materialized (
                select r.contact_id, {string.Join(", ", events)}
                from recipients r
                where r.tenant_id = $1 and ({string.Join(" or ", heard)})
                group by r.contact_id
            ),
            """;
        var removed = picked.Length == 0 ? "" : $"""
                union all
                select one.id, {(exceptedContacts is null ? "false" : $"one.id = any ({exceptedContacts})")}, true, null, null, null
                from unnest({Value(picked)}) one(id)
                where not exists (select from contacts c where c.tenant_id = $1 and c.id = one.id)
            """;
        return $"""
            with {perList}
            {perMessage}
            audience (contact_id, excepted, removed, email, phone, time_zone) as (
                select c.id, {OrElse(excepted, "false")}, false, c.email, c.phone, c.time_zone
                from contacts c
                {(lists.Count == 0 ? "" : "left join listed l on l.contact_id = c.id")}
                {(events.Count == 0 ? "" : "left join heard e on e.contact_id = c.id")}
                where c.tenant_id = $1 and ({OrElse(included, "false")})
            {removed}
                {(excepted.Count == 0 ? "" : "offset 0 -- else who is excepted is worked out anew wherever the statement asks for it")}
            )
            """;
    }

    /// <summary>Who is on which of the lists, and on no list who was picked.</summary>
    string Members()
    {
        var members = listed.Count == 0 ? null : $"select contact_id, list_id from list_members where tenant_id = $1 and list_id = any ({Value(listed.Distinct().ToArray())})";
        var one = picked.Length == 0 ? null : $"select one.id, null::uuid from unnest({Value(picked)}) one(id)";
        return string.Join(" union all ", new[] { members, one }.OfType<string>());
    }

    static string OrElse(List<string> conditions, string otherwise) => conditions.Count == 0 ? otherwise : string.Join(" or ", conditions);

    string Write(Condition condition) =>
        condition.All is { } all ? Join(" and ", all)
        : condition.Any is { } any ? Join(" or ", any)
        : condition.Not is { } not ? $"not {Write(not)}"
        : condition.List is { } list ? OnAnyOf([list])
        : condition.Field is { } field ? Write(field)
        : Write(condition.Event!);

    string Join(string word, IReadOnlyList<Condition> conditions) => $"({string.Join(word, conditions.Select(Write))})";

    string OnAnyOf(IReadOnlyCollection<Guid> ids)
    {
        listed.AddRange(ids);
        return $"({Column(lists, $"bool_or(m.list_id = any ({Value(ids.ToArray())}))", "l")} is true)";
    }

    /// <summary>Adds a column to what is joined: null where there is no row for the contact.</summary>
    static string Column(List<string> columns, string expression, string table)
    {
        columns.Add($"{expression} as of{columns.Count}");
        return $"{table}.of{columns.Count - 1}";
    }

    string Write(EventCondition happened)
    {
        var column = $"r.{TimeOf(happened.Name)}";
        var holds = new List<string> { $"{column} is not null" };
        if (happened.LastDays is { } days)
        {
            holds.Add($"{column} >= {Value(at.AddDays(-days).ToUniversalTime())}");
        }

        if (happened.From is { } from)
        {
            holds.Add($"{column} >= {Value(BeginningOf(from).ToUniversalTime())}");
        }

        if (happened.Before is { } before)
        {
            holds.Add($"{column} < {Value(BeginningOf(before).ToUniversalTime())}");
        }

        if (happened.Channel is { } channel)
        {
            holds.Add($"r.channel = '{(channel == Channel.Sms ? "sms" : "email")}'");
        }

        if (happened.Campaign is { } campaign)
        {
            var (firstId, lastId) = DerivedId.RecipientRange(campaign);
            holds.Add($"r.id between {Value(firstId)} and {Value(lastId)} and r.campaign_id = {Value(campaign)}");
        }

        var all = $"({string.Join(" and ", holds)})";
        heard.Add(all);
        return $"(({Column(events, $"count(*) filter (where {all})", "e")} >= {Value((long)(happened.Times ?? 1))}) is true)";
    }

    string Write(FieldCondition field)
    {
        var value = field.Name switch
        {
            FieldCondition.Email or FieldCondition.Phone or "first_name" or "last_name" or "time_zone" => $"c.{field.Name}",
            FieldCondition.EmailDomain => "split_part(c.email, '@', 2)",
            FieldCondition.AddedAt => "c.created_at",
            _ => $"(c.attributes ->> {Value(field.Name)})",
        };
        return $"(({string.Join(" and ", Holds(field, value))}) is true)";
    }

    /// <param name="value">The field, as text or as a time.</param>
    IEnumerable<string> Holds(FieldCondition field, string value)
    {
        if (field.IsKnown is { } known)
        {
            yield return $"{value} is {(known ? "not " : "")}null";
        }

        if (field.Is is { } texts)
        {
            yield return $"lower({value}) = any (array(select lower(t) from unnest({Value(texts.ToArray())}) t))";
        }

        if (field.Contains is { } part)
        {
            yield return $"position(lower({Value(part)}) in lower({value})) > 0";
        }

        if (field.StartsWith is { } start)
        {
            yield return $"starts_with(lower({value}), lower({Value(start)}))";
        }

        if (field.EndsWith is { } end)
        {
            yield return $"right(lower({value}), length({Value(end)})) = lower({Value(end)})";
        }

        foreach (var (bound, sign) in new[] { (field.AtLeast, ">="), (field.MoreThan, ">"), (field.AtMost, "<="), (field.LessThan, "<") })
        {
            if (bound is { } number)
            {
                yield return $"written_number({value}) {sign} {Value(number)}";
            }
        }

        foreach (var (from, before) in new[]
        {
            (field.From, field.Before),
            field.LastDays is { } last ? (Today.AddDays(-last), Today.AddDays(1)) : (null, null),
            field.NextDays is { } next ? (Today, Today.AddDays(next + 1)) : ((DateOnly?)null, (DateOnly?)null),
        })
        {
            if (from is { } first)
            {
                yield return IsTime(field) ? $"{value} >= {Value(BeginningOf(first).ToUniversalTime())}" : $"written_date({value}) >= {Value(first)}";
            }

            if (before is { } past)
            {
                yield return IsTime(field) ? $"{value} < {Value(BeginningOf(past).ToUniversalTime())}" : $"written_date({value}) < {Value(past)}";
            }
        }
    }

    static bool IsTime(FieldCondition field) => field.Name == FieldCondition.AddedAt;

    DateTimeOffset BeginningOf(DateOnly day)
    {
        var clock = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(clock)) // the hour that a change to summer time leaves out may be the first one
        {
            clock = clock.AddMinutes(30);
        }

        return new DateTimeOffset(clock, zone.GetUtcOffset(clock));
    }

    static string TimeOf(ContactEvent? name) => name switch
    {
        ContactEvent.Sent => "sent_at",
        ContactEvent.Delivered => "delivered_at",
        ContactEvent.Opened => "opened_at",
        ContactEvent.Clicked => "clicked_at",
        ContactEvent.Bounced => "bounced_at",
        ContactEvent.Complained => "complained_at",
        ContactEvent.Unsubscribed => "unsubscribed_at",
        _ => "timed_out_at",
    };

    string Value(object value)
    {
        values.Add(value);
        return $"${first + values.Count}";
    }
}
