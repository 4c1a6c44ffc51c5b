using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Campaigns.Storage;

namespace Campaigns.Audience.Import;

/// <summary>A column of a file, and what became of it. Stored in events: members may be added, never renamed.</summary>
/// <param name="Header">As it stands in the file.</param>
/// <param name="Field">email, phone, first_name, last_name, time_zone or the name of an attribute; null for one that is left out.</param>
public sealed record ImportedColumn(string Header, string? Field = null);

/// <summary>A column that may have the contact's address or number.</summary>
/// <param name="Column">Which one, from 0.</param>
/// <param name="Type">The column that says of each row what kind of value it is; null where none does.</param>
/// <param name="Attribute">Under which name its value is kept in a row where another column's is the contact's.</param>
sealed record FieldCandidate(int Column, NumberKind Kind, int? Type, string Attribute);

/// <summary>Which column of a file is which field of a contact.</summary>
public sealed class ContactColumns
{
    const int LongestHeaderShown = 100;

    static readonly string[] OwnFields = [ColumnNames.Email, ColumnNames.Phone, ColumnNames.FirstName, ColumnNames.LastName, ColumnNames.TimeZone];

    /// <summary>What our export of a campaign's recipients says beside the address and the number: of a message, and not of a contact.</summary>
    static readonly FrozenSet<string> OfRecipients = new[]
    {
        "id", "contactId", "status", "reason", "batch", "queuedAt", "sentAt", "deliveredAt", "openedAt", "clickedAt", "bouncedAt", "complainedAt",
        "unsubscribedAt", "timedOutAt", "channel", "senderId",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A file with all of these, in these very letters, is such an export, whatever was taken out of it or put beside them.</summary>
    static readonly string[] MarksOfRecipients = ["contactId", "status", "queuedAt"];

    readonly IReadOnlySet<int> mapped;

    ContactColumns(IReadOnlyList<string> headers, string?[] fields, IReadOnlySet<int> mapped)
    {
        Fields = fields;
        this.mapped = mapped;
        IsOwnExport = OwnFields.All(headers.Select(header => header.Trim()).ToHashSet(StringComparer.Ordinal).Contains);
        (Emails, Phones) = (FindCandidates(headers, fields, ColumnNames.Email, IsOwnExport, mapped), FindCandidates(headers, fields, ColumnNames.Phone, IsOwnExport, mapped));
        Columns = [.. headers.Zip(fields, (header, field) => new ImportedColumn(Shown(header), field))];
    }

    /// <summary>The field of each column, in order: email, phone, first_name, last_name, time_zone or the name of an attribute; null for one that is left out.</summary>
    public IReadOnlyList<string?> Fields { get; }

    /// <summary>Whether it has all the columns that our export of contacts begins with, in these very letters.</summary>
    internal bool IsOwnExport { get; }

    /// <summary>The columns that may have the address, the one that is named for it first: a row's is that of the first one that is filled in it.</summary>
    internal IReadOnlyList<FieldCandidate> Emails { get; }

    /// <summary>As <see cref="Emails"/>, of the number: mobile ones first.</summary>
    internal IReadOnlyList<FieldCandidate> Phones { get; }

    /// <summary>What became of each column, to be told.</summary>
    public IReadOnlyList<ImportedColumn> Columns { get; }

    /// <summary>Says of columns what may not be what was meant.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            if (Columns.Where((column, place) => column.Field is null && !mapped.Contains(place)).Select(column => column.Header).ToList() is { Count: > 0 } leftOut)
            {
                yield return $"The file is an export of a campaign's recipients. What it says of their messages was left out: the columns {string.Join(", ", leftOut)}. "
                    + "Rename one that is to become an attribute, and import the file again.";
            }

            if (!Fields.Contains(ColumnNames.FirstName)
                && Columns.FirstOrDefault(column => column.Field is { } kept && !IsOwnField(kept) && ColumnNames.IsWholeName(column.Header)) is { Field: { } whole } column)
            {
                yield return $"No column is {ColumnNames.FirstName}. '{column.Header}' became the attribute {whole}: greet by {{{{{whole}}}}}, "
                    + $"or give the first name a column of its own and import the file again.";
            }
        }
    }

    /// <summary>Understands a header line; refuses one without addresses and numbers, or with two columns of one meaning.</summary>
    /// <param name="map">What somebody says of some of the columns; it goes before their names.</param>
    public static bool TryMatch(
        IReadOnlyList<string> headers, [NotNullWhen(true)] out ContactColumns? columns, [NotNullWhen(false)] out Refusal? refusal,
        IReadOnlyList<ImportedColumn>? map = null)
    {
        refusal = CheckHeaders(headers);
        columns = null;
        if (refusal is null)
        {
            var fields = MatchFields(headers);
            refusal = ColumnMap.Apply(map ?? [], headers, fields, AttributeOf, out var mapped) ?? CheckFields(headers, fields);
            columns = refusal is null ? new ContactColumns(headers, fields, mapped) : null;
        }

        return columns is not null;
    }

    /// <summary>The name under which a column is kept; null where nothing is left of it.</summary>
    public static string? Field(string header) => ColumnNames.Find(header)?.Field ?? (SnakeCase(header) is { Length: > 0 } name ? name : null);

    /// <summary>Whether it is a field of our own, and no attribute.</summary>
    public static bool IsOwnField(string field) => OwnFields.Contains(field, StringComparer.Ordinal);

    /// <summary>The name under which an attribute is kept; null where nothing is left of it, and for one that would be read as a field of our own.</summary>
    public static string? AttributeName(string name) =>
        !ColumnNames.IsOwn(name) && SnakeCase(name) is { Length: > 0 } kept && !IsOwnField(kept) ? kept : null;

    /// <summary>
    /// 'Company Name', 'companyName' and 'company-name' are all company_name: what a template can spell. In Unicode's composed form (NFC); the marks of a
    /// script belong to its words.
    /// </summary>
    public static string SnakeCase(string text)
    {
        var name = new StringBuilder(text.Length + 4);
        var (gap, afterLower) = (false, false);
        foreach (var letter in VisibleText.Compose(text).EnumerateRunes())
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

            // Of the Turkish capital only the language knows the small one, and a name is in small letters.
            var lower = letter.Value == 'İ' ? new Rune('i') : Rune.ToLowerInvariant(letter);
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
    /// Our own name for a field goes before those of others, a mobile number before other numbers, and a name as it is before one with more around it: what
    /// is second to such a column is an attribute.
    /// </summary>
    static string?[] MatchFields(IReadOnlyList<string> headers)
    {
        var isLeftOut = LeftOut(headers);
        string?[] fields = [.. headers.Select(AttributeOf)];
        foreach (var field in Matches(headers).GroupBy(match => match.Known.Field, StringComparer.Ordinal))
        {
            var best = Rank(field).First();
            var isRanked = field.Key == ColumnNames.Phone || field.Any(match => ColumnNames.IsOwn(match.Header));
            foreach (var match in best.IsLoose ? [best] : field.Where(match => !match.IsLoose && (!isRanked || match.Known == best.Known)))
            {
                fields[match.Place] = field.Key;
            }

            // Phone beside Mobile: no attribute has the name of a field.
            foreach (var match in field.Where(match => field.Key == ColumnNames.Phone && match.Known != best.Known && fields[match.Place] == field.Key))
            {
                fields[match.Place] = $"{field.Key}_2";
            }
        }

        return [.. fields.Select((field, place) => isLeftOut(headers[place]) ? null : field)];
    }

    static string AttributeOf(string header, int place) => SnakeCase(header) is { Length: > 0 } name ? name : $"column_{place + 1}";

    // Phone in a file of others is one number among several, often that of a desk; phone is how we call the one to be texted.
    static IEnumerable<Match> Matches(IReadOnlyList<string> headers) => headers.Select((header, place) =>
        ColumnNames.Find(header) is { } known
            ? new Match(place, header, header.Trim() == ColumnNames.Phone ? known with { Kind = NumberKind.Named } : known, IsLoose: false)
        : (ColumnNames.FindLoosely(header) ?? ColumnNames.FindBeside(header, headers)) is { } loose ? new Match(place, header, loose, IsLoose: true)
        : null).OfType<Match>();

    static IOrderedEnumerable<Match> Rank(IEnumerable<Match> matches) => matches
        .OrderBy(match => match.Known.Kind).ThenBy(match => match.IsLoose).ThenBy(match => match.Known.Rank).ThenBy(match => match.Place);

    // What our export of contacts has beside a contact's own number are its attributes, and go back there.
    static FieldCandidate[] FindCandidates(IReadOnlyList<string> headers, string?[] fields, string field, bool isOwnExport, IReadOnlySet<int> mapped) =>
        mapped.Any(place => fields[place] == field)
            ? [.. mapped.Where(place => fields[place] == field).Select(place => new FieldCandidate(place, NumberKind.Named, null, AttributeOf(headers[place], place)))]
            :
            [
                .. Rank(Matches(headers).Where(match => match.Known.Field == field && fields[match.Place] is not null && !mapped.Contains(match.Place)))
                    .Where((match, place) => place == 0 || (!isOwnExport && (field == ColumnNames.Phone || match.Known.Kind == NumberKind.Main)))
                    .Select(match => new FieldCandidate(
                        match.Place, match.Known.Kind, FindType(headers, fields, match), AttributeOf(match.Header, match.Place))),
            ];

    // Null also where the value would have no attribute of its own in a row of which another column is the contact's.
    static int? FindType(IReadOnlyList<string> headers, string?[] fields, Match match)
    {
        if (match.Known.Field != ColumnNames.Phone)
        {
            return null; // an address at work is as good as one at home
        }

        var attribute = AttributeOf(match.Header, match.Place);
        return fields.Where((_, place) => place != match.Place).Contains(attribute) ? null
            : headers.Select((header, place) => (header, place)).Where(other => ColumnNames.IsTypeOf(other.header, match.Header)).Select(other => (int?)other.place).FirstOrDefault();
    }

    sealed record Match(int Place, string Header, KnownColumn Known, bool IsLoose);

    // By the letters of the export: a contact that has such attributes comes back from our export of contacts with contact_id and queued_at.
    static Func<string, bool> LeftOut(IReadOnlyList<string> headers)
    {
        var names = headers.Select(header => header.Trim()).ToHashSet(StringComparer.Ordinal);
        return MarksOfRecipients.All(names.Contains) ? header => OfRecipients.Contains(header.Trim()) : _ => false;
    }

    static Refusal? CheckFields(IReadOnlyList<string> headers, string?[] fields)
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

        if (fields.OfType<string>().GroupBy(field => field, StringComparer.Ordinal).FirstOrDefault(field => field.Count() > 1)?.Key is not { } ambiguous)
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
