using System.Text;
using Campaigns.Audience.Import;

namespace Campaigns.Tests.Audience;

public sealed class reading_a_file
{
    [Theory]
    [InlineData("email,first_name,City\nann@example.com,Ann,Bern\n")]
    [InlineData("email;first_name;City\r\nann@example.com;Ann;Bern")]
    [InlineData("email\tfirst_name\tCity\nann@example.com\tAnn\tBern\n")]
    [InlineData("\ufeffEmail;First Name;city\r\n\"ANN@example.com\";\" Ann\";Bern\r\n")]
    [InlineData("sep=;\r\nemail;first_name;city\r\nann@example.com;Ann;Bern\r\n")]
    public async Task finds_the_separator_and_forgives_the_byte_order_mark(string text)
    {
        var row = (await Read(text)).Rows.ShouldHaveSingleItem();

        (row.Email, row.FirstName, row.Attributes, row.Rejection).ShouldBe(("ann@example.com", "Ann", """{"city":"Bern"}""", null));
    }

    [Fact]
    public async Task says_in_which_line_a_row_begins()
    {
        var chunk = await Read("email,note\na@example.com,one\n\nb@example.com,\"two\nlines\"\nnobody,\n,x\n");

        chunk.Rows.Select(row => (row.Line, row.Rejection)).ShouldBe(
            [(2, null), (4, null), (6, RejectionReason.InvalidAddress), (7, RejectionReason.MissingAddress)]);
        chunk.Rows[2].Value.ShouldBe("nobody");
    }

    [Fact]
    public async Task forgives_missing_and_empty_values_at_the_end_but_not_surplus_ones()
    {
        var chunk = await Read("email,city\na@example.com\nb@example.com,Bern,,\nc@example.com,Bern,Switzerland\n");

        chunk.Rows.Select(row => row.Rejection).ShouldBe([null, null, RejectionReason.MalformedRow]);
    }

    [Fact]
    public async Task keeps_quotes_in_the_middle_of_a_value()
    {
        var chunk = await Read("email,city\na@example.com,Joe \"Shorty\" Smith\nb@example.com,\"say \"\"hi\"\"\"\n");

        chunk.Rows.Select(row => row.Attributes).ShouldBe(["""{"city":"Joe \"Shorty\" Smith"}""", """{"city":"say \"hi\""}"""]);
    }

    [Fact]
    public async Task refuses_a_row_whose_quotes_are_wrong_and_says_how_far_it_reached()
    {
        var chunk = await Read("email,city\na@example.com,\"Bern\nb@example.com,Basel\nc@example.com,\"Chur\nd@example.com,Davos\n");

        chunk.Rows.Select(row => (row.Line, row.Rejection)).ShouldBe([(2, RejectionReason.MalformedRow), (5, null)]);
        chunk.Rows[0].Value.ShouldBe("a quote is closed only in line 4");
    }

    [Fact]
    public async Task stops_where_a_quote_is_never_closed()
    {
        var chunk = await Read("email,city\na@example.com,Bern\nb@example.com,\"Basel\nc@example.com,Chur\n");

        chunk.Rows.ShouldHaveSingleItem();
        chunk.Ended.ShouldBeTrue();
        chunk.Failure.ShouldNotBeNull().ShouldContain("line 3");
    }

    [Fact]
    public async Task stops_at_a_row_that_would_swallow_the_file()
    {
        var chunk = await Read("email,city\na@example.com,Bern\nb@example.com,\"" + string.Concat(Enumerable.Repeat("c@example.com,Chur\n", 300_000)));

        chunk.Rows.ShouldHaveSingleItem();
        chunk.Failure.ShouldNotBeNull().ShouldContain("line 3");
    }

    [Fact]
    public async Task warns_of_telephone_numbers_that_lack_the_country_and_takes_the_contact_without()
    {
        var chunk = await Read("email,Phone Number\na@example.com,+41 79 123 45 67\nb@example.com,079 123 45 67\nc@example.com,\n");

        chunk.Rows.Select(row => (row.Phone, row.UnusablePhone, row.Rejection)).ShouldBe([("+41791234567", false, null), (null, true, null), (null, false, null)]);
    }

    [Fact]
    public async Task warns_of_unknown_time_zones_and_knows_others_by_many_names()
    {
        var chunk = await Read("email,tz\na@example.com,Europe/Zurich\nb@example.com,europe/zurich\nc@example.com,Mars/Olympus\nd@example.com,\ne@example.com,../../etc/passwd\n");

        chunk.Rows.Select(row => (row.TimeZone, row.UnknownTimeZone)).ShouldBe(
            [("Europe/Zurich", false), ("Europe/Zurich", false), (null, true), (null, false), (null, true)]);
    }

    [Fact]
    public async Task refuses_text_that_is_not_in_the_encoding_of_the_file()
    {
        var latin = Encoding.Latin1.GetBytes("email,city\na@example.com,Zürich\nb@example.com,Bern\n");

        var guessed = await Read(latin, null);
        var told = await Read(latin, Encoding.Latin1);

        guessed.Rows.Select(row => row.Rejection).ShouldBe([RejectionReason.InvalidText, null]);
        told.Rows[0].Attributes.ShouldBe("""{"city":"Zürich"}""");
    }

    [Fact]
    public async Task gives_what_came_before_the_upload_broke_off()
    {
        var (file, _) = await ContactFile.Open(new BrokenUpload(Long + "cut@exam"), null, CancellationToken.None);

        var chunk = await file!.Read(100_000, CancellationToken.None);

        chunk.Rows.Count.ShouldBeInRange(19_900, 20_000); // not those whose end the parser had not looked at yet
        chunk.Rows[^1].Email.ShouldBe($"person{chunk.Rows.Count - 1}@example.com");
        chunk.Failure.ShouldBe("The upload broke off: The client has gone.");
    }

    // Longer than what is read ahead to find the separator.
    static string Long => "email\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"person{i}@example.com\n"));

    [Fact]
    public async Task stops_a_chunk_before_very_long_rows_fill_the_memory()
    {
        var chunk = await Read("email,note\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"a{i}@example.com,{new string('x', 900_000)}\n")));

        chunk.Ended.ShouldBeFalse();
        chunk.Rows.Count.ShouldBeLessThan(25);
    }

    static Task<FileChunk> Read(string text) => Read(Encoding.UTF8.GetBytes(text), null);

    static async Task<FileChunk> Read(byte[] content, Encoding? encoding)
    {
        var (file, refusal) = await ContactFile.Open(new MemoryStream(content), encoding, CancellationToken.None);
        refusal.ShouldBeNull();
        await using (file)
        {
            return await file!.Read(1000, CancellationToken.None);
        }
    }

    sealed class BrokenUpload(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("The client has gone.");
    }
}
