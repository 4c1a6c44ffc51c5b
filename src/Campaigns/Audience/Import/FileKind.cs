using System.Text;

namespace Campaigns.Audience.Import;

/// <summary>What a file is that is no CSV, by its first bytes: it is often called one.</summary>
static class FileKind
{
    /// <summary>Enough for what a kind begins with, behind white space too.</summary>
    public const int BytesNeeded = 4096;

    static readonly (byte[] Beginning, string What, string Instead)[] ByBeginning =
    [
        (Bytes(0x1f, 0x8b), "a gzip-compressed file", Unpack),
        (Bytes(0x42, 0x5a, 0x68), "a bzip2-compressed file", Unpack),
        (Bytes(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00), "an xz-compressed file", Unpack),
        (Bytes(0x28, 0xb5, 0x2f, 0xfd), "a Zstandard-compressed file", Unpack),
        (Bytes(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c), "a 7z archive", Unpack),
        (Ascii("Rar!"), "a RAR archive", Unpack),
        (Bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1), "an old Excel workbook (.xls) or another Office file", SaveAsCsv),
        (Ascii("%PDF"), "a PDF document", Export),
        (Ascii("{\\rtf"), "an RTF document", Export),
        (Ascii("SQLite format 3"), "an SQLite database", Export),
        (Ascii("PAR1"), "a Parquet file", Export),
        (Bytes(0x89, 0x50, 0x4e, 0x47), "a picture (PNG)", Export),
        (Bytes(0xff, 0xd8, 0xff), "a picture (JPEG)", Export),
        (Ascii("GIF8"), "a picture (GIF)", Export),
        (Ascii("BEGIN:VCARD"), "a file of vCards", Export),
    ];

    const string SaveAsCsv = "Open it in the spreadsheet program and save it as 'CSV UTF-8'";
    const string Unpack = "Unpack it and send the CSV file in it";
    const string Export = "Export the contacts as CSV from where they are kept";

    /// <param name="isNarrow">It is in UTF-8, or in another encoding in which a letter of ASCII is a byte.</param>
    /// <returns>What it is and what would do, in two sentences; null for what may be a CSV file.</returns>
    public static string? Describe(ReadOnlySpan<byte> beginning, bool isNarrow)
    {
        foreach (var (bytes, what, instead) in ByBeginning)
        {
            if (beginning.StartsWith(bytes))
            {
                return Sentence(what, instead);
            }
        }

        return beginning is [(byte)'P', (byte)'K', < 0x20, < 0x20, ..] || beginning.StartsWith("PK00PK"u8) ? DescribeZip(beginning)
            : HasMarkOfOtherUnicode(beginning) || !isNarrow ? null
            : beginning.Contains((byte)0) ? DescribeBinary(beginning)
            : DescribeText(beginning);
    }

    static string DescribeZip(ReadOnlySpan<byte> zip) =>
        zip.IndexOf("opendocument.spreadsheet"u8) >= 0 ? Sentence("an OpenDocument spreadsheet (.ods)", SaveAsCsv)
        : zip.IndexOf("word/"u8) >= 0 || zip.IndexOf("opendocument.text"u8) >= 0 ? Sentence("a text document", Export)
        : zip.IndexOf("Index/"u8) >= 0 && zip.IndexOf(".iwa"u8) >= 0 ? Sentence("a Numbers or Pages document", SaveAsCsv)
        : zip.IndexOf("[Content_Types].xml"u8) >= 0 || zip.IndexOf("xl/"u8) >= 0 || zip.IndexOf("_rels/"u8) >= 0 || zip.IndexOf("docProps/"u8) >= 0
            ? Sentence("an Excel workbook (.xlsx)", SaveAsCsv)
        : Sentence("a zip archive", Unpack + "; an Excel workbook is one too: save it as 'CSV UTF-8'");

    // Every second byte of western text is zero.
    static string DescribeBinary(ReadOnlySpan<byte> content)
    {
        var (even, odd) = (0, 0);
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] == 0)
            {
                (even, odd) = i % 2 == 0 ? (even + 1, odd) : (even, odd + 1);
            }
        }

        var half = content.Length / 2;
        return odd > half / 2 && even <= odd / 8 ? Utf16("utf-16le")
            : even > half / 2 && odd <= even / 8 ? Utf16("utf-16be")
            : Sentence("a binary file", Export);
    }

    static string Utf16(string charset) =>
        $"The file is text in UTF-16, without the mark that says so. Save it as 'CSV UTF-8', or name its encoding in the content type: text/csv; charset={charset}.";

    static string? DescribeText(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble))
        {
            content = content[Encoding.UTF8.Preamble.Length..];
        }

        var text = Encoding.UTF8.GetString(content).TrimStart();
        return StartsWith(text, "<!doctype html", "<html", "<head", "<body", "<table", "<div", "<!--")
                ? Sentence("a web page (HTML), perhaps that of a sign-in or an error", Export)
            : StartsWith(text, "<?xml", "<workbook", "<rss", "<feed") ? Sentence("an XML file", "Save it as 'CSV UTF-8', or export the contacts as CSV")
            : IsJson(text) ? Sentence("JSON", Export)
            : null;
    }

    // A CSV file may begin with a bracket too, but what stands behind it is no JSON.
    static bool IsJson(string text) => text switch
    {
        ['{', .. var rest] => rest.TrimStart() is ['"' or '}', ..] && rest.Contains(':', StringComparison.Ordinal),
        ['[', .. var rest] => rest.TrimStart() is ['{' or '[' or ']', ..] or [] || (rest.TrimStart() is ['"', ..] && text.TrimEnd() is [.., ']']),
        _ => false,
    };

    static bool StartsWith(string text, params ReadOnlySpan<string> beginnings)
    {
        foreach (var beginning in beginnings)
        {
            if (text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The encoding that the byte order mark says, of those of Unicode but UTF-8; null where there is no such mark.</summary>
    public static Encoding? EncodingByMark(ReadOnlySpan<byte> beginning)
    {
        foreach (var encoding in new Encoding[] { Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            if (beginning.StartsWith(encoding.Preamble))
            {
                return encoding;
            }
        }

        return null;
    }

    static bool HasMarkOfOtherUnicode(ReadOnlySpan<byte> content) => EncodingByMark(content) is not null;

    static string Sentence(string what, string instead) => $"The file is {what}, no CSV. {instead}.";

    static byte[] Bytes(params byte[] bytes) => bytes;

    static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
