using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Storage;
using CsvHelper;

namespace Campaigns.Audience.Import;

/// <summary>One line of a file: a contact, or the reason why it is none.</summary>
/// <param name="Line">Where the row begins in the file; the header is line 1.</param>
/// <param name="Email">Null for one who has a telephone number only.</param>
/// <param name="Attributes">A JSON object.</param>
/// <param name="UnknownTimeZone">What stood there and was not understood.</param>
/// <param name="UnusablePhone">What stood there and is no number with its country code.</param>
/// <param name="OtherAddresses">What stood in the same cell behind the address that was taken.</param>
/// <param name="OtherPhones">What stood in the same cell behind the number that was taken.</param>
/// <param name="NoValues">What was read as no value, cell by cell; a dash alone says nothing and is not among it.</param>
/// <param name="Rejection">The reason, one of <see cref="RejectionReason"/>; null for a usable row.</param>
/// <param name="Value">What was found instead.</param>
public sealed record FileRow(
    long Line,
    string? Email,
    string? FirstName = null,
    string? LastName = null,
    string? TimeZone = null,
    string Attributes = "{}",
    string? UnknownTimeZone = null,
    string? Phone = null,
    string? UnusablePhone = null,
    string? Rejection = null,
    string? Value = null,
    string? OtherAddresses = null,
    string? OtherPhones = null,
    string? NoValues = null)
{
    /// <summary>What the contact is known by: the e-mail address, or the telephone number where there is none.</summary>
    public string Key => Email ?? Phone ?? "";
}

/// <summary>Why a row of a file did not become a contact, or a value of it was left out.</summary>
public static class RejectionReason
{
    public const string Duplicate = "duplicate";
    public const string InvalidAddress = "invalid-address";
    public const string MissingAddress = "missing-address";
    public const string MalformedRow = "malformed-row";
    public const string InvalidText = "invalid-text";
    public const string ValueTooLong = "value-too-long";

    /// <summary>The contact is in without it; the row is rejected only where it has no e-mail address either.</summary>
    public const string UnusablePhone = "unusable-phone";

    /// <summary>As <see cref="UnusablePhone"/>, where there are two numbers or more in one cell.</summary>
    public const string SeveralPhones = "several-phones";

    /// <summary>The contact is in with the first of several addresses in one cell; these are the others.</summary>
    public const string OtherAddresses = "other-addresses";

    /// <summary>As <see cref="OtherAddresses"/>, of telephone numbers in the form in which address books write several.</summary>
    public const string OtherPhones = "other-phones";

    /// <summary>Why a value is no telephone number.</summary>
    public static string OfPhone(string number) => PhoneNumber.IsSeveral(number) ? SeveralPhones : UnusablePhone;

    /// <summary>The contact is in without what stands in spreadsheets and databases for a value that there is not, as N/A and NULL.</summary>
    public const string NoValue = "no-value";

    /// <summary>The contact is in without it.</summary>
    public const string UnknownTimeZone = "unknown-time-zone";
}

/// <summary>The rows that were read at a time.</summary>
/// <param name="Ended">There are no more, because the file ended or <paramref name="Failure"/> happened.</param>
/// <param name="Failure">Why nothing can be read beyond these rows.</param>
/// <param name="Warnings">At the end: what should be looked at, in sentences.</param>
public sealed record FileChunk(IReadOnlyList<FileRow> Rows, bool Ended, string? Failure, IReadOnlyList<string>? Warnings = null);

/// <summary>What somebody said of columns of these names; null where nobody did.</summary>
public delegate Task<IReadOnlyList<ImportedColumn>?> FindMap(IReadOnlyList<string> headers);

/// <summary>A CSV file of contacts as it comes in: never more than one chunk of it in memory.</summary>
public sealed class ContactFile : IAsyncDisposable
{
    /// <summary>A quote that is never closed would otherwise swallow the rest of the file, and the memory with it.</summary>
    const int LongestRow = 1024 * 1024;

    /// <summary>Bytes of the file in one chunk: rows may be that long, and thousands of them fill the memory.</summary>
    const int LargestChunk = 16 * 1024 * 1024;

    const int LongestValueShown = 200;

    /// <summary>Between the values of one cell, as Google Contacts writes them: the first is the one that the person put first.</summary>
    const string BetweenValues = ":::";

    // The text goes into a jsonb column, never into a web page: names stay readable.
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly ArrayBufferWriter<byte> attributes = new();
    readonly Utf8JsonWriter json;
    CsvReader reader;
    long bytesBefore; // what was read by somebody else
    long linesBefore;
    CsvMalformedRecord? malformed;
    ContactColumns columns = null!;
    FoundAddresses found = null!;
    FoundOddities odd = null!;
    string?[] cells = [];
    string? noValues;

    /// <summary>What became of each column of the file.</summary>
    public IReadOnlyList<ImportedColumn> Columns => columns.Columns;

    /// <summary>Where the last row ends that was read.</summary>
    public FilePlace Place { get; private set; } = new(0, 0);

    ContactFile(Stream content, Encoding? encoding)
    {
        json = new Utf8JsonWriter(attributes, Readable);
        reader = NewReader(content, encoding);
    }

    /// <param name="separator">Of a file without its header; null where the header stands in it and the separator is found out.</param>
    CsvReader NewReader(Stream content, Encoding? encoding, char? separator = null) => CsvReader.Create(content, new CsvReaderOptions
    {
        Encoding = encoding, TrackLineNumbers = true, TrimWhitespace = true, MaxRecordSize = LongestRow, HasHeader = separator is null, Separator = separator,
        OnMalformedRecord = record => malformed = record.Reason == CsvMalformedReason.StrayQuote ? malformed : record,
    }, leaveOpen: true);

    /// <summary>The names of the columns, as they stand in the file.</summary>
    public IReadOnlyList<string> Headers { get; private set; } = [];

    /// <summary>What somebody said of some of the columns; null where nobody did.</summary>
    public IReadOnlyList<ImportedColumn>? Map { get; private set; }

    /// <summary>Reads the header.</summary>
    /// <param name="encoding">Null is UTF-8, or what the byte order mark says.</param>
    /// <param name="findMap">What somebody said of columns of these names; null where nobody did.</param>
    /// <exception cref="IOException">The upload broke off.</exception>
    public static async Task<(ContactFile? File, Refusal? Refusal)> Open(Stream content, Encoding? encoding, CancellationToken ct, FindMap? findMap = null)
    {
        var (beginning, whole) = await FileBeginning.Read(content, FileKind.BytesNeeded, ct);
        if (FileKind.Describe(beginning, isNarrow: encoding is null or { IsSingleByte: true }) is { } what)
        {
            return (null, new Refusal("file-not-csv", what, RefusalKind.Invalid));
        }

        return await ReadHeader(new ContactFile(whole, encoding), findMap, ct);
    }

    /// <summary>Opens a file in UTF-8 whose header was read before, to go on behind the rows that were read.</summary>
    /// <param name="from">The file from a byte on.</param>
    /// <param name="map">What was said of some of its columns then.</param>
    public static async Task<(ContactFile? File, Refusal? Refusal)> Reopen(
        Func<long, Stream> from, FilePlace? place, CancellationToken ct, IReadOnlyList<ImportedColumn>? map = null)
    {
        var (file, refusal) = await ReadHeader(new ContactFile(from(0), null), _ => Task.FromResult(map), ct);
        if (file is not null && place is not null)
        {
            await file.GoOn(from(place.Position), place);
        }

        return (file, refusal);
    }

    // What is left of the row's last line is an empty one.
    async Task GoOn(Stream rest, FilePlace place)
    {
        var separator = reader.Separator;
        await reader.DisposeAsync();
        reader = NewReader(rest, null, separator);
        malformed = null;
        (bytesBefore, linesBefore) = (place.Position, place.Line - 1);
        Place = place;
        found.Restore(place.Found ?? []);
        odd.Restore(place.Found ?? []);
    }

    static async Task<(ContactFile? File, Refusal? Refusal)> ReadHeader(ContactFile file, FindMap? findMap, CancellationToken ct)
    {
        try
        {
            await file.reader.ReadHeaderAsync(ct);
            file.Headers = [.. file.reader.Headers ?? []];
            file.Map = findMap is null ? null : await findMap(file.Headers);
            if (!ContactColumns.TryMatch(file.Headers, out var columns, out var refusal, file.Map))
            {
                await file.DisposeAsync();
                return (null, refusal);
            }

            file.columns = columns;
            file.found = new FoundAddresses(columns.Fields.Count);
            file.odd = new FoundOddities(columns.Fields.Count);
            file.cells = new string?[columns.Fields.Count];
            return (file, null);
        }
        catch (CsvFormatException error)
        {
            await file.DisposeAsync();
            return (null, new Refusal("file-unreadable", $"The header line cannot be read: {error.Message}", RefusalKind.Invalid));
        }
    }

    /// <summary>Reads some rows, fewer than <paramref name="atMost"/> at the end or when they are very long.</summary>
    public async Task<FileChunk> Read(int atMost, CancellationToken ct)
    {
        var rows = new List<FileRow>(atMost);
        try
        {
            for (var size = 0; rows.Count < atMost && size < LargestChunk; size += reader.RawRecord.Length)
            {
                if (!await reader.ReadAsync(ct))
                {
                    return new FileChunk(rows, true, null, [.. columns.Warnings, .. found.Warnings(Columns), .. odd.Warnings(Columns)]);
                }

                if (malformed is { Reason: CsvMalformedReason.UnterminatedQuote } open && open.LineNumber == reader.LineNumber)
                {
                    return new FileChunk(rows, true, $"A quote that is opened in line {linesBefore + open.LineNumber} is never closed: from there on nothing can be read.");
                }

                rows.Add(Row());
            }

            Place = FindPlace();
            return new FileChunk(rows, false, null);
        }
        catch (CsvFormatException error)
        {
            return new FileChunk(
                rows, true, $"From line {linesBefore + error.LineNumber} on nothing can be read; most often a quote is opened there and not closed. {error.Message}");
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            return new FileChunk(rows, true, $"The upload broke off: {error.Message}");
        }
    }

    // ByteOffset begins anew with each reader.
    FilePlace FindPlace() => new(
        bytesBefore + reader.ByteOffset + reader.RawRecord.Length,
        linesBefore + reader.LineNumber + LineBreaks(reader.RawRecord),
        ColumnCounts() is { Count: > 0 } counts ? counts : null);

    List<ColumnCount> ColumnCounts() => [.. Enumerable.Range(0, Columns.Count)
        .Select(column => odd.AddTo(column, found.Count(column))).Where(count => count != new ColumnCount(count.Column, 0, 0, 0, 0, 0, 0, 0))];

    // CR, LF and CR LF count once each, as the reader counts them.
    static int LineBreaks(ReadOnlySpan<byte> record) => record.Count((byte)'\n') + record.Count((byte)'\r') - record.Count("\r\n"u8);

    FileRow Row()
    {
        var line = linesBefore + reader.LineNumber;
        if (malformed is { } broken && broken.LineNumber == reader.LineNumber)
        {
            // Says how far the row reaches: a misplaced quote may have swallowed whole lines, which must not vanish unseen.
            var reach = reader.RawRecord.TrimEnd("\r\n"u8).Count((byte)'\n');
            return Rejected(
                line, RejectionReason.MalformedRow,
                reach == 0 ? "quotes are not closed where the value ends" : $"a quote is closed only in line {line + reach}");
        }

        if (reader.FieldCount > columns.Fields.Count && Surplus())
        {
            return Rejected(line, RejectionReason.MalformedRow, $"{reader.FieldCount} values for {columns.Fields.Count} columns");
        }

        return Contact(line);
    }

    bool Surplus()
    {
        for (var i = columns.Fields.Count; i < reader.FieldCount; i++)
        {
            if (!reader.IsEmpty(i))
            {
                return true;
            }
        }

        return false;
    }

    FileRow Contact(long line)
    {
        if (ReadCells(line) is { } rejected)
        {
            return rejected;
        }

        var (emailColumn, numberColumn) = (FindFilled(columns.Emails, ColumnNames.Email), FindFilled(columns.Phones, ColumnNames.Phone));
        var (email, otherAddresses) = Split(emailColumn, text => EmailAddress.Normalise(text) is not null);
        var (number, otherPhones) = Split(numberColumn, text => PhoneNumber.Normalise(text) is not null);
        var address = EmailAddress.Normalise(email);
        if (email is not null && address is null)
        {
            return Rejected(line, RejectionReason.InvalidAddress, email);
        }

        var phone = PhoneNumber.Normalise(number);
        if (address is null && phone is null)
        {
            return number is null ? Rejected(line, RejectionReason.MissingAddress, null) : Rejected(line, RejectionReason.OfPhone(number), number);
        }

        var (firstName, lastName, timeZone) = WriteAttributes(numberColumn);
        var zone = timeZone is null ? null : TimeZones.Find(timeZone);
        return new FileRow(
            line,
            address,
            firstName,
            lastName,
            zone,
            attributes.WrittenCount == 2 ? "{}" : Encoding.UTF8.GetString(attributes.WrittenSpan),
            UnknownTimeZone: zone is null ? Shown(timeZone) : null,
            phone,
            UnusablePhone: phone is null ? Shown(number) : null,
            OtherAddresses: Shown(otherAddresses),
            OtherPhones: Shown(otherPhones),
            NoValues: Shown(noValues));
    }

    // What a cell says is no value, is none.
    FileRow? ReadCells(long line)
    {
        Array.Clear(cells);
        noValues = null;
        for (var i = 0; i < Math.Min(columns.Fields.Count, reader.FieldCount); i++)
        {
            if (reader.IsEmpty(i) || columns.Fields[i] is not { } field)
            {
                continue;
            }

            var value = CsvCell.Read(reader.GetString(i).Trim()).Trim();
            if (value.Length == 0)
            {
                continue;
            }

            if (ContactText.IsBroken(value))
            {
                return Rejected(line, RejectionReason.InvalidText, $"{field}: {value.Replace("\0", "", StringComparison.Ordinal)}");
            }

            if (ContactText.IsTooLong(value))
            {
                return Rejected(
                    line, RejectionReason.ValueTooLong,
                    string.Create(CultureInfo.InvariantCulture, $"{field}: {value.Length} characters, at most {ContactText.Longest} can be kept"));
            }

            if (ContactColumns.IsOwnField(field) ? IsNoValue(field, value) : Placeholder.IsError(value))
            {
                odd.AddPlaceholder(i, value, line);
                noValues = Placeholder.IsDash(value) ? noValues : $"{(noValues is null ? "" : noValues + "; ")}{field}: {value}";
                continue;
            }

            cells[i] = value;
        }

        return null;
    }

    // Where our own export has a name, somebody has it.
    bool IsNoValue(string field, string value) => VisibleText.Trim(value) is { Length: > 0 } text
        && (columns.IsOwnExport && field is ColumnNames.FirstName or ColumnNames.LastName ? Placeholder.IsError(text) : Placeholder.IsNoValue(field, text));

    /// <summary>The column whose value is the contact's in this row: the first that is filled, and of those whose type is told in the row a mobile number first.</summary>
    FieldCandidate? FindFilled(IReadOnlyList<FieldCandidate> candidates, string field)
    {
        var (best, bestKind) = ((FieldCandidate?)null, NumberKind.Other);
        foreach (var candidate in candidates)
        {
            if (cells[candidate.Column] is not { } value || VisibleText.Trim(value).Length == 0 || IsNoValue(field, value) || KindInRow(candidate) is not { } kind)
            {
                continue;
            }

            if (best is null || (best.Type is not null && kind < bestKind))
            {
                (best, bestKind) = (candidate, kind);
            }
        }

        return best;
    }

    NumberKind? KindInRow(FieldCandidate candidate) => candidate.Type is { } type && cells[type] is { } told ? ColumnNames.KindOf(told) : candidate.Kind;

    /// <summary>The first value of the cell that can be used, or all of it where none can; and those that were left.</summary>
    (string? Value, string? Others) Split(FieldCandidate? column, Func<string, bool> isUsable)
    {
        var text = column is null || cells[column.Column] is not { } cell ? "" : VisibleText.Trim(cell);
        if (!text.Contains(BetweenValues, StringComparison.Ordinal))
        {
            return (OrNull(text), null);
        }

        var values = text.Split(BetweenValues, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (values.FindIndex(value => isUsable(value)) is not (>= 0 and var first))
        {
            return (OrNull(text), null);
        }

        var others = string.Join($" {BetweenValues} ", values.Where((_, place) => place != first));
        if (others.Length > 0)
        {
            odd.AddSeveral(column!.Column);
        }

        return (values[first], OrNull(others));
    }

    (string? FirstName, string? LastName, string? TimeZone) WriteAttributes(FieldCandidate? number)
    {
        string? firstName = null, lastName = null, timeZone = null;
        attributes.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i] is not { } value)
            {
                continue;
            }

            switch (columns.Fields[i])
            {
                case ColumnNames.Email: break; // whatever is filled is the contact's, or nothing that anybody sees
                case ColumnNames.Phone:
                    if (i != number?.Column && columns.Phones[0] is { Type: not null } first)
                    {
                        WriteAttribute(first.Attribute, VisibleText.RemoveControls(value).Trim());
                    }

                    break;
                case ColumnNames.FirstName: firstName = OrNull(VisibleText.Trim(VisibleText.MakeLine(value))); break;
                case ColumnNames.LastName: lastName = OrNull(VisibleText.Trim(VisibleText.MakeLine(value))); break;
                case ColumnNames.TimeZone: timeZone = OrNull(VisibleText.Trim(value)); break;
                case { } attribute:
                    found.Look(i, value);
                    WriteAttribute(attribute, VisibleText.RemoveControls(value).Trim());
                    break;
            }
        }

        json.WriteEndObject();
        json.Flush();
        return (firstName, lastName, timeZone);
    }

    void WriteAttribute(string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    static string? OrNull(string value) => value.Length == 0 ? null : value;

    static FileRow Rejected(long line, string reason, string? value) => new(line, null, Rejection: reason, Value: Shown(value));

    static string? Shown(string? value)
    {
        if (value is null)
        {
            return null;
        }

        var shown = VisibleText.Show(value);
        return shown.Length <= LongestValueShown ? shown
            : shown[..(char.IsHighSurrogate(shown[LongestValueShown - 1]) ? LongestValueShown - 1 : LongestValueShown)];
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await json.DisposeAsync();
    }
}
