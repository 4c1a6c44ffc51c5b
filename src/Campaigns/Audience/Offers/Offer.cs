using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Audience.Import;
using Npgsql;

namespace Campaigns.Audience.Offers;

/// <summary>Something that belongs to a contact and that messages can be about, as a property to be bought: one row in <c>offers</c>.</summary>
/// <param name="Id">Follows from the contact and the reference.</param>
/// <param name="Reference">By which it is known among those of the contact, as the number of the property.</param>
/// <param name="Fields">What is known of it, by snake_case name.</param>
public sealed record Offer(Guid Id, Guid ContactId, string Reference, IReadOnlyDictionary<string, string> Fields, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Of one contact.</summary>
    public const int Most = 50;

    /// <summary>Reads the columns id, contact_id, reference, fields, created_at, updated_at.</summary>
    internal static Offer Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), OfferFields.Read(reader.GetString(3)),
        reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5));
}

/// <summary>An offer as a caller gives it.</summary>
/// <param name="Reference">May be missing: it then follows from the fields, so that the same offer given twice is one.</param>
/// <param name="Fields">By any name; kept under the snake_case form of it.</param>
public sealed record OfferInput(IReadOnlyDictionary<string, string?> Fields, string? Reference = null)
{
    /// <summary>The form in which it is kept, or what is wrong with it.</summary>
    public (OfferInput Normal, string? Wrong) Normalise()
    {
        var (fields, wrong) = OfferFields.Normalise(Fields ?? new Dictionary<string, string?>());
        var reference = string.IsNullOrWhiteSpace(Reference) ? OfferFields.Hash(fields) : VisibleText.Trim(Reference);
        return (
            new OfferInput(fields, reference),
            wrong ?? (reference.Length > OfferFields.LongestReference || ContactText.IsBroken(reference) || !VisibleText.IsLine(reference)
                ? $"A reference is one line of at most {OfferFields.LongestReference} characters."
                : null));
    }
}

/// <summary>What is known of an offer.</summary>
static class OfferFields
{
    /// <summary>Of one offer. Each is kept in the events of the messages that are about it.</summary>
    public const int MostFields = ContactText.MostFields;

    /// <summary>Characters of all its values: 50 offers of that stand in an event.</summary>
    public const int LongestTogether = 4_000;

    public const int LongestReference = 100;

    /// <summary>The name under which templates find the offers of a contact.</summary>
    public const string All = "offers";

    /// <summary>The name under which they find how many there are.</summary>
    public const string Count = "offer_count";

    /// <summary>Whether no field can have the name.</summary>
    public static bool IsReserved(string name) => name is All or Count;

    public static Dictionary<string, string> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;

    /// <summary>The same fields have the same, in whatever order they come.</summary>
    public static string Hash(IEnumerable<KeyValuePair<string, string?>> fields) =>
        DerivedId.Named("offer fields", "", string.Join('\n', fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}"))).ToString("N")[..16];

    public static (Dictionary<string, string?> Fields, string? Wrong) Normalise(IReadOnlyDictionary<string, string?> given)
    {
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in given)
        {
            if (ContactColumns.SnakeCase(name) is not { Length: > 0 and <= ContactText.LongestFieldName } field
                || IsReserved(field) || ContactColumns.IsOwnField(field) || fields.ContainsKey(field))
            {
                return (fields, $"'{name}' cannot be the name of a field of an offer, or is one twice; list_price would be one. The fields of the contact are its own.");
            }

            if (string.IsNullOrWhiteSpace(value))
            {
                continue;
            }

            if (ContactText.IsTooLong(value) || ContactText.IsBroken(value) || VisibleText.HasControls(value))
            {
                return (fields, $"The value of '{name}' has more than {ContactText.Longest} characters, a control character, or U+FFFD, which stands for lost ones.");
            }

            fields[field] = value.Trim();
        }

        return (fields, fields.Count is 0 or > MostFields || fields.Values.Sum(value => value!.Length) > LongestTogether
            ? $"An offer has 1 to {MostFields} fields with a value, of at most {LongestTogether} characters together."
            : null);
    }
}
