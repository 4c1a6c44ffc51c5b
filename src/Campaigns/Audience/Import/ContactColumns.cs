using System.Diagnostics.CodeAnalysis;
using System.Text;
using Campaigns.Storage;

namespace Campaigns.Audience.Import;

/// <summary>Which column of a file is which field of a contact.</summary>
public sealed class ContactColumns
{
    const int MostColumns = 300;

    static readonly (string Field, string[] Names)[] Known =
    [
        ("email", ["email", "e_mail", "email_address", "e_mail_address", "mail"]),
        ("phone", ["phone", "phone_number"]),
        ("first_name", ["first_name", "firstname", "given_name"]),
        ("last_name", ["last_name", "lastname", "surname", "family_name"]),
        ("time_zone", ["time_zone", "timezone", "tz"]),
    ];

    ContactColumns(string[] fields) => Fields = fields;

    /// <summary>The field of each column, in order: email, phone, first_name, last_name, time_zone or the name of an attribute.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Understands a header line; refuses one without addresses, or with two columns of one meaning.</summary>
    public static bool TryMatch(
        IReadOnlyList<string> headers, [NotNullWhen(true)] out ContactColumns? columns, [NotNullWhen(false)] out Refusal? refusal)
    {
        columns = null;
        refusal = null;
        var fields = headers.Select((header, place) => Field(header) ?? $"column_{place + 1}").ToArray();
        var ambiguous = fields.GroupBy(field => field, StringComparer.Ordinal).FirstOrDefault(field => field.Count() > 1)?.Key;
        if (headers.All(string.IsNullOrWhiteSpace))
        {
            refusal = new Refusal(
                "file-empty", "The file is empty: it needs a header line with a column email, and a line for each contact.", RefusalKind.Invalid);
        }
        else if (headers.Count > MostColumns)
        {
            refusal = new Refusal("too-many-columns", $"The file has {headers.Count} columns; {MostColumns} can be imported.", RefusalKind.Invalid);
        }
        else if (!fields.Contains("email"))
        {
            refusal = new Refusal(
                "email-column-missing",
                $"No column is named email. The columns found are: {string.Join(", ", headers.Select(header => $"'{header.Trim()}'"))}.", RefusalKind.Invalid);
        }
        else if (ambiguous is not null)
        {
            var both = headers.Where((_, place) => fields[place] == ambiguous).Select(header => $"'{header.Trim()}'");
            refusal = new Refusal(
                "column-ambiguous", $"More than one column means {ambiguous}: {string.Join(", ", both)}. Keep one of them.", RefusalKind.Invalid);
        }
        else
        {
            columns = new ContactColumns(fields);
        }

        return columns is not null;
    }

    /// <summary>The name under which a column is kept; null where nothing is left of it.</summary>
    public static string? Field(string header)
    {
        var name = SnakeCase(header);
        var known = Known.FirstOrDefault(field => field.Names.Contains(name) || field.Names.Contains(name.Replace("_", "", StringComparison.Ordinal)));
        return known.Field ?? (name.Length == 0 ? null : name);
    }

    /// <summary>'Company Name', 'companyName' and 'company-name' are all company_name: what a template can spell.</summary>
    public static string SnakeCase(string text)
    {
        var name = new StringBuilder(text.Length + 4);
        var gap = false;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (!char.IsLetterOrDigit(letter))
            {
                gap = true;
                continue;
            }

            var hump = char.IsUpper(letter) && i > 0 && char.IsLower(text[i - 1]);
            if ((gap || hump) && name.Length > 0)
            {
                name.Append('_');
            }

            name.Append(char.ToLowerInvariant(letter));
            gap = false;
        }

        return name.ToString();
    }
}
