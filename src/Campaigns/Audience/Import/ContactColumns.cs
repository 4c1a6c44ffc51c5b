using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Campaigns.Storage;

namespace Campaigns.Audience.Import;

/// <summary>A column of a file, and what became of it. Stored in events: members may be added, never renamed.</summary>
/// <param name="Header">As it stands in the file.</param>
/// <param name="Field">email, phone, first_name, last_name, time_zone or the name of an attribute.</param>
public sealed record ImportedColumn(string Header, string Field);

/// <summary>Which column of a file is which field of a contact.</summary>
public sealed class ContactColumns
{
    const int LongestHeaderShown = 100;

    static readonly string[] OwnFields = [ColumnNames.Email, ColumnNames.Phone, ColumnNames.FirstName, ColumnNames.LastName, ColumnNames.TimeZone];

    ContactColumns(IReadOnlyList<string> headers, string[] fields)
    {
        Fields = fields;
        Columns = [.. headers.Zip(fields, (header, field) => new ImportedColumn(Shown(header), field))];
    }

    /// <summary>The field of each column, in order: email, phone, first_name, last_name, time_zone or the name of an attribute.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>What became of each column, to be told.</summary>
    public IReadOnlyList<ImportedColumn> Columns { get; }

    /// <summary>Understands a header line; refuses one without addresses and numbers, or with two columns of one meaning.</summary>
    public static bool TryMatch(
        IReadOnlyList<string> headers, [NotNullWhen(true)] out ContactColumns? columns, [NotNullWhen(false)] out Refusal? refusal)
    {
        refusal = CheckHeaders(headers);
        columns = null;
        if (refusal is null)
        {
            var fields = MatchFields(headers);
            refusal = CheckFields(headers, fields);
            columns = refusal is null ? new ContactColumns(headers, fields) : null;
        }

        return columns is not null;
    }

    /// <summary>The name under which a column is kept; null where nothing is left of it.</summary>
    public static string? Field(string header) => ColumnNames.Find(header)?.Field ?? (SnakeCase(header) is { Length: > 0 } name ? name : null);

    /// <summary>The name under which an attribute is kept; null where nothing is left of it, and for one that would be read as a field of our own.</summary>
    public static string? AttributeName(string name) =>
        !ColumnNames.IsOwn(name) && SnakeCase(name) is { Length: > 0 } kept && !OwnFields.Contains(kept, StringComparer.Ordinal) ? kept : null;

    /// <summary>
    /// 'Company Name', 'companyName' and 'company-name' are all company_name: what a template can spell. In Unicode's composed form (NFC); the marks of a
    /// script belong to its words.
    /// </summary>
    public static string SnakeCase(string text)
    {
        var name = new StringBuilder(text.Length + 4);
        var (gap, afterLower) = (false, false);
        foreach (var letter in text.Normalize().EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(letter);
            var isMark = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
            if (category == UnicodeCategory.Format)
            {
                continue;
            }

            if (!Rune.IsLetterOrDigit(letter) && !isMark)
            {
                (gap, afterLower) = (true, false);
                continue;
            }

            var lower = Rune.ToLowerInvariant(letter);
            if ((gap || (afterLower && lower != letter)) && name.Length > 0)
            {
                name.Append('_');
            }

            name.Append(lower.ToString());
            (gap, afterLower) = (false, category == UnicodeCategory.LowercaseLetter || (isMark && afterLower));
        }

        return name.ToString().Normalize();
    }

    static Refusal? CheckHeaders(IReadOnlyList<string> headers)
    {
        if (headers.All(string.IsNullOrWhiteSpace))
        {
            return new Refusal(
                "file-empty", "The file is empty: it needs a header line with a column email or phone, and a line for each contact.", RefusalKind.Invalid);
        }

        if (headers.Count > ContactText.MostFields)
        {
            return new Refusal(
                "too-many-columns", $"The file has {headers.Count} columns; {ContactText.MostFields} can be imported.", RefusalKind.Invalid);
        }

        if (headers.FirstOrDefault(ContactText.IsBroken) is { } broken)
        {
            return new Refusal(
                "header-unreadable",
                $"The column '{Shown(broken)}' has characters that are not in the encoding of the file. Save the file as 'CSV UTF-8', or name its encoding in "
                + "the content type: text/csv; charset=windows-1252.",
                RefusalKind.Invalid);
        }

        return headers.FirstOrDefault(header => header.Length > ContactText.LongestFieldName) is { } longest
            ? new Refusal(
                "column-name-too-long", $"The name of a column has at most {ContactText.LongestFieldName} characters; '{Shown(longest)}' has {longest.Length}.",
                RefusalKind.Invalid)
            : null;
    }

    /// <summary>
    /// Our own name for a field goes before those of others, and a mobile number before other numbers: what is second to such a column is an attribute.
    /// </summary>
    static string[] MatchFields(IReadOnlyList<string> headers)
    {
        var matches = headers.Select((header, place) => (Place: place, Header: header, Known: ColumnNames.Find(header))).ToList();
        var fields = headers.Select((header, place) => SnakeCase(header) is { Length: > 0 } name ? name : $"column_{place + 1}").ToArray();
        foreach (var field in matches.Where(match => match.Known is not null).GroupBy(match => match.Known!.Value.Field, StringComparer.Ordinal))
        {
            var isRanked = field.Key == ColumnNames.Phone || field.Any(match => ColumnNames.IsOwn(match.Header));
            var best = field.Min(match => match.Known!.Value.Rank);
            foreach (var match in field.Where(match => !isRanked || match.Known!.Value.Rank == best))
            {
                fields[match.Place] = field.Key;
            }
        }

        return fields;
    }

    static Refusal? CheckFields(IReadOnlyList<string> headers, string[] fields)
    {
        if (!fields.Contains(ColumnNames.Email) && !fields.Contains(ColumnNames.Phone))
        {
            var looksLikeRow = headers.Any(header => EmailAddress.Normalise(header) is not null);
            return new Refusal(
                "email-column-missing",
                $"No column is named email, and none phone. The columns found are: {string.Join(", ", headers.Select(header => $"'{Shown(header)}'"))}."
                + (looksLikeRow ? " The first line looks like a contact: a line with the names of the columns must stand before it." : ""),
                RefusalKind.Invalid);
        }

        if (fields.GroupBy(field => field, StringComparer.Ordinal).FirstOrDefault(field => field.Count() > 1)?.Key is not { } ambiguous)
        {
            return null;
        }

        var both = headers.Where((_, place) => fields[place] == ambiguous).Select(header => $"'{Shown(header)}'");
        return new Refusal(
            "column-ambiguous", $"More than one column means {ambiguous}: {string.Join(", ", both)}. Keep one of them.", RefusalKind.Invalid);
    }

    static string Shown(string header)
    {
        var shown = VisibleText.MakeLine(header.Replace("\0", "", StringComparison.Ordinal).Trim());
        return shown.Length <= LongestHeaderShown ? shown : shown[..(char.IsHighSurrogate(shown[LongestHeaderShown - 1]) ? LongestHeaderShown - 1 : LongestHeaderShown)];
    }
}
