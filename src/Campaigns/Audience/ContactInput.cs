using System.Text.Json;
using Campaigns.Audience.Import;
using Campaigns.Limits;
using Campaigns.Storage;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Audience;

/// <summary>A contact as a caller gives it.</summary>
/// <param name="Email">May be missing where there is a telephone number.</param>
/// <param name="Phone">With the country code, +41 79 123 45 67; kept as +41791234567.</param>
/// <param name="TimeZone">IANA or Windows name.</param>
/// <param name="Attributes">By any name; kept under the snake_case form of it.</param>
public sealed record ContactInput(
    string? Email = null, string? FirstName = null, string? LastName = null, string? TimeZone = null, IReadOnlyDictionary<string, string?>? Attributes = null,
    string? Phone = null)
{
    /// <summary>The input that comes to this contact.</summary>
    public static ContactInput Read(Contact contact) => new(
        contact.Email, contact.FirstName, contact.LastName, contact.TimeZone,
        contact.Attributes.ToDictionary(attribute => attribute.Key, attribute => (string?)attribute.Value), contact.Phone);

    /// <summary>The form in which it is kept, or what is wrong with it, member by member.</summary>
    public (ContactInput Normal, Dictionary<string, string[]> Errors) Normalise()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var email = string.IsNullOrWhiteSpace(Email) ? null : EmailAddress.Normalise(Email);
        if (email is null && !string.IsNullOrWhiteSpace(Email))
        {
            errors["email"] = [$"'{Email}' is no e-mail address. {EmailAddress.Problem(Email)}"];
        }

        var phone = PhoneNumber.Normalise(Phone);
        if (phone is null && !string.IsNullOrWhiteSpace(Phone))
        {
            errors["phone"] = [PhoneNumber.IsSeveral(Phone)
                ? $"'{Phone}' has more than one telephone number: give the one that messages go to."
                : $"'{Phone}' is no telephone number with its country code; '+41 79 123 45 67' would be one."];
        }

        if (errors.Count == 0 && email is null && phone is null)
        {
            errors["email"] = ["A contact has an e-mail address, a telephone number, or both."];
        }

        var zone = string.IsNullOrWhiteSpace(TimeZone) ? null : TimeZones.Find(TimeZone);
        if (zone is null && !string.IsNullOrWhiteSpace(TimeZone))
        {
            errors["timeZone"] = [$"'{TimeZone}' is no IANA time zone; 'Europe/Zurich' would be one."];
        }

        CheckName(FirstName, "firstName", errors);
        CheckName(LastName, "lastName", errors);
        return (new ContactInput(email, Name(FirstName), Name(LastName), zone, NormaliseAttributes(errors), phone), errors);
    }

    Dictionary<string, string?> NormaliseAttributes(Dictionary<string, string[]> errors)
    {
        var attributes = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in Attributes ?? new Dictionary<string, string?>())
        {
            if (ContactColumns.AttributeName(name) is not { Length: <= ContactText.LongestFieldName } field || attributes.ContainsKey(field))
            {
                errors["attributes"] = [$"'{name}' cannot be the name of an attribute, or is one twice."];
            }
            else if (Text(value) is { } text)
            {
                attributes[field] = text;
            }
        }

        if (attributes.Count > ContactText.MostFields)
        {
            errors["attributes"] = [$"At most {ContactText.MostFields} attributes."];
        }
        else if (attributes.FirstOrDefault(each => ContactText.IsTooLong(each.Value!) || ContactText.IsBroken(each.Value!) || VisibleText.HasControls(each.Value!)) is { Key: { } unusable })
        {
            errors["attributes"] =
                [$"The value of '{unusable}' has more than {ContactText.Longest} characters, a control character, or U+FFFD, which stands for lost ones."];
        }

        return attributes;
    }

    /// <summary>Has the commit keep it, by the statement that inserts or the one that replaces: both take the same.</summary>
    internal void Store(IDocumentSession session, string statement, Guid id, DateTimeOffset now) => session.Sql(
        statement, session.TenantId, id, Email, Phone, FirstName, LastName, TimeZone,
        new NpgsqlParameter { Value = JsonSerializer.Serialize(Attributes), NpgsqlDbType = NpgsqlDbType.Jsonb }, now);

    static void CheckName(string? name, string member, Dictionary<string, string[]> errors)
    {
        if (Text(name) is { } text && (ContactText.IsTooLong(text) || ContactText.IsBroken(text) || !VisibleText.IsLine(text)))
        {
            errors[member] = [$"A name is one line of at most {ContactText.Longest} characters, without control characters and without U+FFFD, which stands for lost ones."];
        }
    }

    static string? Name(string? name) => VisibleText.IsBlank(name) ? null : VisibleText.Trim(name);

    static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
