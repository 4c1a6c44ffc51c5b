using System.IO.Compression;
using System.Text;
using Campaigns.Audience.Import;
using Campaigns.Storage;

namespace Campaigns.Tests.Audience;

public sealed class files_that_are_no_csv
{
    [Fact]
    public async Task are_named_where_they_are_packed()
    {
        (await Refuse(Zip("[Content_Types].xml", "xl/workbook.xml"))).ShouldContain("Excel workbook (.xlsx), no CSV. Open it in the spreadsheet program and save it as 'CSV UTF-8'");
        (await Refuse(Zip("contacts.csv"))).ShouldContain("a zip archive, no CSV. Unpack it");
        (await Refuse([.. "PK\u0007\u0008"u8, .. Zip("xl/workbook.xml")])).ShouldContain("save it as 'CSV UTF-8'");
        (await Refuse([.. "PK00"u8, .. Zip("contacts.csv")])).ShouldContain("a zip archive, no CSV");
        (await Refuse(Gzip("email\na@example.com\n"))).ShouldContain("gzip");
        (await Refuse([0x42, 0x5a, 0x68, 0x39, 0x31])).ShouldContain("bzip2");
        (await Refuse([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4])).ShouldContain("7z");
        (await Refuse([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0])).ShouldContain("old Excel workbook (.xls)");
    }

    [Theory]
    [InlineData("%PDF-1.7\n", "PDF"), InlineData("{\\rtf1\\ansi", "RTF"), InlineData("SQLite format 3\0", "SQLite"), InlineData("BEGIN:VCARD\r\nVERSION:3.0", "vCards")]
    [InlineData("<!DOCTYPE html>\n<html>", "web page"), InlineData("\ufeff \r\n<HTML><body>", "web page"), InlineData("<table><tr><td>email", "web page")]
    [InlineData("<?xml version=\"1.0\"?><Workbook>", "XML"), InlineData("{\"email\": \"a@example.com\"}", "JSON"), InlineData("[\n  {\"email\": 1}]", "JSON")]
    [InlineData("{\"email\":\"a@example.com\"}\n{\"email\":\"b@example.com\"}\n", "JSON"), InlineData("a\0b\u0001\0\0\0cd", "binary")]
    public async Task are_named_by_what_they_begin_with(string text, string named) => (await Refuse(Encoding.UTF8.GetBytes(text))).ShouldContain(named);

    [Fact]
    public async Task are_named_where_they_are_text_that_does_not_say_its_encoding()
    {
        (await Refuse(Encoding.Unicode.GetBytes("email,first_name\nann@example.com,Ann\n"))).ShouldContain("text/csv; charset=utf-16le");
        (await Refuse(Encoding.BigEndianUnicode.GetBytes("email,first_name\nann@example.com,Ann\n"))).ShouldContain("text/csv; charset=utf-16be");
    }

    [Theory]
    [InlineData("[email],name\na@example.com,Ann\n"), InlineData("PK,email\n1,a@example.com\n"), InlineData("\"{id}\",email\n1,a@example.com\n")]
    [InlineData("email\n"), InlineData("e-mail;note\na@example.com;<html>\n"), InlineData("<email>,name\na@example.com,Ann\n")]
    public async Task are_not_mistaken_for_them(string text)
    {
        var (file, refusal) = await ContactFile.Open(new MemoryStream(Encoding.UTF8.GetBytes(text)), null, CancellationToken.None);
        refusal.ShouldBeNull();
        await file!.DisposeAsync();
    }

    [Fact]
    public async Task are_read_from_their_beginning_however_the_bytes_come()
    {
        await using var slow = new OneByteAtATime(Encoding.UTF8.GetBytes("email,note\na@example.com," + new string('x', 3000) + "\nb@example.com," + new string('y', 3000) + "\n"));
        var (file, _) = await ContactFile.Open(slow, null, CancellationToken.None);
        (await file!.Read(10, CancellationToken.None)).Rows.Select(row => (row.Email, row.Attributes.Length)).ShouldBe([("a@example.com", 3011), ("b@example.com", 3011)]);
        await file.DisposeAsync();
    }

    static async Task<string> Refuse(byte[] content)
    {
        var (file, refusal) = await ContactFile.Open(new MemoryStream(content), null, CancellationToken.None);
        file.ShouldBeNull();
        (refusal!.Code, refusal.Kind).ShouldBe(("file-not-csv", RefusalKind.Invalid));
        return refusal.Explanation;
    }

    static byte[] Zip(params string[] names)
    {
        var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write("email"u8);
            }
        }

        return content.ToArray();
    }

    static byte[] Gzip(string text)
    {
        var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return content.ToArray();
    }

    sealed class OneByteAtATime(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..1], cancellationToken);
    }
}
