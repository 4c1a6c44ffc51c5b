using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Storage;
using Npgsql;

namespace Campaigns.Audience;

/// <summary>A person who can be written to: one row in <c>contacts</c>, with an e-mail address, a telephone number, or both.</summary>
/// <param name="Email">Null where it is not known: the contact is then known by its number. Nobody else has the same.</param>
/// <param name="Phone">E.164; null where it is not known. Others may have the same, as a household has.</param>
/// <param name="TimeZone">IANA name; null where it is not known.</param>
/// <param name="Attributes">Whatever else is known, by snake_case name.</param>
public sealed record Contact(
    Guid Id, string? Email, string? Phone, string? FirstName, string? LastName, string? TimeZone, IReadOnlyDictionary<string, string> Attributes,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>What an <c>If-Match</c> names: another one with each change.</summary>
    [JsonIgnore]
    public long Version => UpdatedAt.ToUnixTimeMilliseconds() * 1000 + UpdatedAt.Microsecond;

    /// <summary>What a template can name.</summary>
    public IReadOnlyDictionary<string, string?> MergeFields()
    {
        var fields = new Dictionary<string, string?>(Attributes.Count + 5, StringComparer.Ordinal);
        foreach (var (name, value) in Attributes)
        {
            fields[name] = value;
        }

        return WithOwn(fields, Email, Phone, FirstName, LastName, TimeZone);
    }

    /// <summary>What a template can name, from the columns of a contact as a query gives them.</summary>
    /// <param name="attributes">The JSON object in the column of that name.</param>
    public static IReadOnlyDictionary<string, string?> MergeFields(
        string? email, string? phone, string? firstName, string? lastName, string? timeZone, string attributes)
    {
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (attributes.Length > "{}".Length)
        {
            using var document = JsonDocument.Parse(attributes);
            foreach (var attribute in document.RootElement.EnumerateObject())
            {
                fields[attribute.Name] = attribute.Value.ToString();
            }
        }

        return WithOwn(fields, email, phone, firstName, lastName, timeZone);
    }

    static Dictionary<string, string?> WithOwn(
        Dictionary<string, string?> fields, string? email, string? phone, string? firstName, string? lastName, string? timeZone)
    {
        fields["email"] = email;
        fields["phone"] = phone ?? fields.GetValueOrDefault("phone"); // of another form it may be an attribute
        fields["first_name"] = firstName;
        fields["last_name"] = lastName;
        fields["time_zone"] = timeZone;
        return fields;
    }

    /// <summary>Reads the columns id, email, phone, first_name, last_name, time_zone, attributes, created_at, updated_at.</summary>
    internal static Contact Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.TextOrNull(1), reader.TextOrNull(2), reader.TextOrNull(3), reader.TextOrNull(4), reader.TextOrNull(5),
        JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(6))!,
        reader.GetFieldValue<DateTimeOffset>(7), reader.GetFieldValue<DateTimeOffset>(8));
}
