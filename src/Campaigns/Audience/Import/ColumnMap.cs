using System.Text.Json;
using Campaigns.Storage;
using Marten;
using NpgsqlTypes;

namespace Campaigns.Audience.Import;

/// <summary>How the columns of a file became fields.</summary>
public enum MappedBy
{
    /// <summary>By their names.</summary>
    Names,

    /// <summary>As the caller said, and the others by their names.</summary>
    Caller,

    /// <summary>As somebody of the organisation said of the last file with the very same columns.</summary>
    Remembered,
}

/// <summary>What somebody says the columns of a file are; it goes before what their names say, and is remembered for the next file with the same columns.</summary>
static class ColumnMap
{
    const string LeftOut = "-";
    const string AttributePrefix = "attributes.";

    static readonly string FindLayout = Sql.Beside(typeof(ColumnMap), nameof(FindLayout));
    static readonly string SaveLayout = Sql.Beside(typeof(ColumnMap), nameof(SaveLayout));
    static readonly string ForgetLayout = Sql.Beside(typeof(ColumnMap), nameof(ForgetLayout));

    /// <summary>Understands <c>Kontakt-Mail:email</c>, <c>Foo:attributes.bar</c> and <c>Notes:-</c>.</summary>
    /// <returns>Null where nothing was given; nothing where one empty text was, which goes by the names again.</returns>
    public static (IReadOnlyList<ImportedColumn>? Map, Refusal? Refusal) Read(IReadOnlyList<string>? given)
    {
        if (given is null or [])
        {
            return (null, null);
        }

        var map = new List<ImportedColumn>();
        foreach (var text in given.Where(text => text.Length > 0))
        {
            var colon = text.LastIndexOf(':');
            if (colon < 1)
            {
                return (null, Refuse("map-unreadable", $"'{text}' says of no column what it is: write the column's name, a colon, and {Fields}."));
            }

            var (header, what) = (text[..colon].Trim(), text[(colon + 1)..].Trim());
            if (what != LeftOut && FieldOf(what) is null)
            {
                return (null, Refuse("map-unknown-field", $"The column '{header}' cannot become '{what}': it can become {Fields}."));
            }

            map.Add(new ImportedColumn(header, what == LeftOut ? null : FieldOf(what)));
        }

        return CheckTwice(map) is { } refusal ? (null, refusal) : (map, null);
    }

    /// <summary>Puts it in place of what the names say.</summary>
    /// <param name="fields">By the names; changed.</param>
    /// <param name="beside">The name of a column that would be an attribute.</param>
    /// <param name="places">The columns of which it says something.</param>
    public static Refusal? Apply(
        IReadOnlyList<ImportedColumn> map, IReadOnlyList<string> headers, string?[] fields, Func<string, int, string> beside, out IReadOnlySet<int> places)
    {
        var mapped = new HashSet<int>();
        places = mapped;
        foreach (var column in map)
        {
            int[] found = [.. headers.Index().Where(header => header.Item.Trim() == column.Header).Select(header => header.Index)];
            if (found is not [var place])
            {
                return found.Length > 0
                    ? Refuse("column-ambiguous", $"More than one column is named '{column.Header}': give them names of their own.")
                    : Refuse("map-unknown-column", $"The file has no column '{column.Header}'. The columns found are: {string.Join(", ", headers.Select(header => $"'{header.Trim()}'"))}.");
            }

            mapped.Add(place);
            fields[place] = column.Field;
        }

        var taken = map.Select(column => column.Field).OfType<string>().Where(ContactColumns.IsOwnField).ToHashSet(StringComparer.Ordinal);
        for (var place = 0; place < fields.Length; place++)
        {
            if (fields[place] is { } field && taken.Contains(field) && !mapped.Contains(place))
            {
                var attribute = beside(headers[place], place);
                fields[place] = ContactColumns.IsOwnField(attribute) ? $"{attribute}_2" : attribute; // no attribute has the name of a field
            }
        }

        return null;
    }

    /// <summary>What somebody last said of a file with the very same columns; null where nobody did.</summary>
    public static async Task<IReadOnlyList<ImportedColumn>?> Find(IDocumentStore store, string tenantId, IReadOnlyList<string> headers, CancellationToken ct) =>
        (await store.Database.Query(FindLayout, reader => reader.GetString(0), ct, tenantId, Layout(tenantId, headers))) is [var map]
            ? JsonSerializer.Deserialize<List<ImportedColumn>>(map, StoredJson.Options)
            : null;

    /// <summary>Remembers it with the commit; where it says nothing, the names go again.</summary>
    public static void Remember(IDocumentSession session, Guid layout, IReadOnlyList<ImportedColumn> map, DateTimeOffset now)
    {
        if (map.Count == 0)
        {
            session.Sql(ForgetLayout, session.TenantId, layout);
            return;
        }

        var json = new Npgsql.NpgsqlParameter { Value = JsonSerializer.Serialize(map, StoredJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb };
        session.Sql(SaveLayout, session.TenantId, layout, json, now);
    }

    public static Guid Layout(string tenantId, IReadOnlyList<string> headers) => DerivedId.Named("layout", tenantId, string.Join('\u001f', headers));

    static string Fields => "email, phone, first_name, last_name, time_zone, attributes. with a name behind it, or - to be left out";

    static string? FieldOf(string what) =>
        ContactColumns.IsOwnField(what) ? what
        : what.StartsWith(AttributePrefix, StringComparison.Ordinal) ? ContactColumns.AttributeName(what[AttributePrefix.Length..])
        : null;

    static Refusal? CheckTwice(List<ImportedColumn> map) =>
        map.GroupBy(column => column.Header, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key is { } header
            ? Refuse("map-column-twice", $"The column '{header}' is mapped twice. Say once what it is.")
        : map.Where(column => column.Field is not null).GroupBy(column => column.Field, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } field
            ? Refuse("map-field-twice", $"More than one column is to be {field.Key}: {string.Join(", ", field.Select(column => $"'{column.Header}'"))}. Keep one of them.")
        : null;

    static Refusal Refuse(string code, string why) => new(code, why, RefusalKind.Invalid);
}
