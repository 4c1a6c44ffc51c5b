using System.Text.Json;
using Campaigns.Audience.Import;
using Campaigns.Limits;
using Campaigns.Storage;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Audience;

/// <summary>A contact as a caller gives it.</summary>
/// <param name="Phone">With the country code, +41 79 123 45 67; kept as +41791234567.</param>
/// <param name="TimeZone">IANA or Windows name.</param>
/// <param name="Attributes">By any name; kept under the snake_case form of it.</param>
public sealed record ContactInput(
    string Email, string? FirstName = null, string? LastName = null, string? TimeZone = null, IReadOnlyDictionary<string, string?>? Attributes = null,
    string? Phone = null)
{
    const int LongestText = 4000;
    const int MostAttributes = 300;

    /// <summary>The form in which it is kept, or what is wrong with it, member by member.</summary>
    public (ContactInput Normal, Dictionary<string, string[]> Errors) Normalise()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var email = EmailAddress.Normalise(Email);
        if (email is null)
        {
            errors["email"] = [$"'{Email}' is no e-mail address."];
        }

        var phone = PhoneNumber.Normalise(Phone);
        if (phone is null && !string.IsNullOrWhiteSpace(Phone))
        {
            errors["phone"] = [$"'{Phone}' is no telephone number with its country code; '+41 79 123 45 67' would be one."];
        }

        var zone = string.IsNullOrWhiteSpace(TimeZone) ? null : TimeZones.Find(TimeZone);
        if (zone is null && !string.IsNullOrWhiteSpace(TimeZone))
        {
            errors["timeZone"] = [$"'{TimeZone}' is no IANA time zone; 'Europe/Zurich' would be one."];
        }

        var attributes = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in Attributes ?? new Dictionary<string, string?>())
        {
            var field = ContactColumns.Field(name);
            if (field is null or "email" or "phone" or "first_name" or "last_name" or "time_zone" || attributes.ContainsKey(field))
            {
                errors["attributes"] = [$"'{name}' cannot be the name of an attribute, or is one twice."];
            }
            else if (Text(value) is { } text)
            {
                attributes[field] = text;
            }
        }

        if (attributes.Count > MostAttributes || attributes.Values.Append(FirstName).Append(LastName).Any(IsUnusable))
        {
            errors["attributes"] = [$"At most {MostAttributes} attributes, and values of at most {LongestText} characters, without the zero character."];
        }

        return (new ContactInput(email ?? "", Text(FirstName), Text(LastName), zone, attributes, phone), errors);
    }

    /// <summary>Has the commit keep it, by the statement that inserts or the one that replaces: both take the same.</summary>
    internal void Store(IDocumentSession session, string statement, Guid id, DateTimeOffset now) => session.Sql(
        statement, session.TenantId, id, Email, Phone, FirstName, LastName, TimeZone,
        new NpgsqlParameter { Value = JsonSerializer.Serialize(Attributes), NpgsqlDbType = NpgsqlDbType.Jsonb }, now);

    static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    static bool IsUnusable(string? value) => value is not null && (value.Length > LongestText || value.Contains('\0'));
}
