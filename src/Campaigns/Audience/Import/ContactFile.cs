using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Campaigns.Limits;
using Campaigns.Storage;
using CsvHelper;

namespace Campaigns.Audience.Import;

/// <summary>One line of a file: a contact, or the reason why it is none.</summary>
/// <param name="Line">Where the row begins in the file; the header is line 1.</param>
/// <param name="Attributes">A JSON object.</param>
/// <param name="Rejection">The reason, one of <see cref="RejectionReason"/>; null for a usable row.</param>
/// <param name="Value">What was found instead.</param>
public sealed record FileRow(
    long Line, string Email, string? FirstName = null, string? LastName = null, string? TimeZone = null, string Attributes = "{}",
    bool UnknownTimeZone = false, string? Phone = null, bool UnusablePhone = false, string? Rejection = null, string? Value = null);

/// <summary>Why a row of a file did not become a contact.</summary>
public static class RejectionReason
{
    public const string Duplicate = "duplicate";
    public const string InvalidAddress = "invalid-address";
    public const string MissingAddress = "missing-address";
    public const string MalformedRow = "malformed-row";
    public const string InvalidText = "invalid-text";
}

/// <summary>The rows that were read at a time.</summary>
/// <param name="Ended">There are no more, because the file ended or <paramref name="Failure"/> happened.</param>
/// <param name="Failure">Why nothing can be read beyond these rows.</param>
public sealed record FileChunk(IReadOnlyList<FileRow> Rows, bool Ended, string? Failure);

/// <summary>A CSV file of contacts as it comes in: never more than one chunk of it in memory.</summary>
public sealed class ContactFile : IAsyncDisposable
{
    /// <summary>A quote that is never closed would otherwise swallow the rest of the file, and the memory with it.</summary>
    const int LongestRow = 1024 * 1024;

    /// <summary>Bytes of the file in one chunk: rows may be that long, and thousands of them fill the memory.</summary>
    const int LargestChunk = 16 * 1024 * 1024;

    const int LongestValueShown = 200;

    // The text goes into a jsonb column, never into a web page: names stay readable.
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly CsvReader reader;
    readonly ArrayBufferWriter<byte> attributes = new();
    readonly Utf8JsonWriter json;
    CsvMalformedRecord? malformed;
    ContactColumns columns = null!;

    ContactFile(Stream content, Encoding? encoding)
    {
        json = new Utf8JsonWriter(attributes, Readable);
        reader = CsvReader.Create(content, new CsvReaderOptions
        {
            Encoding = encoding, TrackLineNumbers = true, TrimWhitespace = true, MaxRecordSize = LongestRow,
            OnMalformedRecord = record => malformed = record.Reason == CsvMalformedReason.StrayQuote ? malformed : record,
        }, leaveOpen: true);
    }

    /// <summary>Reads the header.</summary>
    /// <param name="encoding">Null is UTF-8, or what the byte order mark says.</param>
    /// <exception cref="IOException">The upload broke off.</exception>
    public static async Task<(ContactFile? File, Refusal? Refusal)> Open(Stream content, Encoding? encoding, CancellationToken ct)
    {
        var file = new ContactFile(content, encoding);
        try
        {
            await file.reader.ReadHeaderAsync(ct);
            if (!ContactColumns.TryMatch(file.reader.Headers ?? [], out var columns, out var refusal))
            {
                await file.DisposeAsync();
                return (null, refusal);
            }

            file.columns = columns;
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
                    return new FileChunk(rows, true, null);
                }

                if (malformed is { Reason: CsvMalformedReason.UnterminatedQuote } open && open.LineNumber == reader.LineNumber)
                {
                    return new FileChunk(rows, true, $"A quote that is opened in line {open.LineNumber} is never closed: from there on nothing can be read.");
                }

                rows.Add(Row());
            }

            return new FileChunk(rows, false, null);
        }
        catch (CsvFormatException error)
        {
            return new FileChunk(
                rows, true, $"From line {error.LineNumber} on nothing can be read; most often a quote is opened there and not closed. {error.Message}");
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            return new FileChunk(rows, true, $"The upload broke off: {error.Message}");
        }
    }

    FileRow Row()
    {
        var line = reader.LineNumber;
        if (malformed is { } broken && broken.LineNumber == line)
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
        string? email = null, number = null, firstName = null, lastName = null, timeZone = null;
        attributes.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        for (var i = 0; i < Math.Min(columns.Fields.Count, reader.FieldCount); i++)
        {
            if (reader.IsEmpty(i))
            {
                continue;
            }

            var value = reader.GetString(i).Trim();
            if (value.Length == 0)
            {
                continue;
            }

            // PostgreSQL's text has no zero character; the other one stands for bytes that are not of the file's encoding.
            if (value.AsSpan().ContainsAny('\0', '\ufffd'))
            {
                return Rejected(line, RejectionReason.InvalidText, $"{columns.Fields[i]}: {value.Replace("\0", "", StringComparison.Ordinal)}");
            }

            switch (columns.Fields[i])
            {
                case "email": email = value; break;
                case "phone": number = value; break;
                case "first_name": firstName = value; break;
                case "last_name": lastName = value; break;
                case "time_zone": timeZone = value; break;
                default: json.WriteString(columns.Fields[i], value); break;
            }
        }

        if (email is null)
        {
            return Rejected(line, RejectionReason.MissingAddress, null);
        }

        if (EmailAddress.Normalise(email) is not { } address)
        {
            return Rejected(line, RejectionReason.InvalidAddress, email);
        }

        json.WriteEndObject();
        json.Flush();
        var zone = timeZone is null ? null : TimeZones.Find(timeZone);
        var phone = PhoneNumber.Normalise(number);
        return new FileRow(
            line, address, firstName, lastName, zone, attributes.WrittenCount == 2 ? "{}" : Encoding.UTF8.GetString(attributes.WrittenSpan),
            UnknownTimeZone: timeZone is not null && zone is null, phone, UnusablePhone: number is not null && phone is null);
    }

    static FileRow Rejected(long line, string reason, string? value) => new(
        line, "", Rejection: reason, Value: value is { Length: > LongestValueShown } ? value[..LongestValueShown] : value);

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await json.DisposeAsync();
    }
}
