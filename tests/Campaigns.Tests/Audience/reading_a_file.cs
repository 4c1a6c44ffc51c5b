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

        chunk.Rows.Select(row => (row.Phone, row.UnusablePhone, row.Rejection)).ShouldBe(
            [("+41791234567", null, null), (null, "079 123 45 67", null), (null, null, null)]);
    }

    [Fact]
    public async Task warns_of_unknown_time_zones_and_knows_others_by_many_names()
    {
        var chunk = await Read("email,tz\na@example.com,Europe/Zurich\nb@example.com,europe/zurich\nc@example.com,Mars/Olympus\nd@example.com,\ne@example.com,../../etc/passwd\n");

        chunk.Rows.Select(row => (row.TimeZone, row.UnknownTimeZone)).ShouldBe(
            [("Europe/Zurich", null), ("Europe/Zurich", null), (null, "Mars/Olympus"), (null, null), (null, "../../etc/passwd")]);
    }

    [Theory]
    [InlineData("'+41791234569", "+41791234569"), InlineData("=\"+41791234578\"", "+41791234578"), InlineData("\"=\"\"+41791234578\"\"\"", "+41791234578")]
    [InlineData("0041791234567", "+41791234567"), InlineData("\u202a+41 79 123 45 72\u202c", "+41791234572"), InlineData("+41791234574\u200b", "+41791234574")]
    public async Task understands_numbers_as_programs_write_them(string cell, string number)
    {
        var row = (await Read($"email,phone\na@example.com,{cell}\n")).Rows.ShouldHaveSingleItem();

        (row.Phone, row.UnusablePhone).ShouldBe((number, null));
    }

    [Fact]
    public async Task takes_off_the_apostrophe_that_keeps_a_spreadsheet_from_computing()
    {
        var chunk = await Read("email,first_name,note\n'-a@x.example,'=1+1,'@home\n'+b@x.example,'tis,''=x\nc@x.example,\"=\"\"Ann\"\"\",\"=\"\"a\"\"&\"\"b\"\"\"\n");

        chunk.Rows.Select(row => (row.Email, row.FirstName, row.Attributes)).ShouldBe(
        [
            ("-a@x.example", "=1+1", """{"note":"@home"}"""), ("+b@x.example", "'tis", """{"note":"'=x"}"""),
            ("c@x.example", "Ann", """{"note":"=\"a\"&\"b\""}"""),
        ]);
    }

    [Fact]
    public async Task makes_contacts_of_those_who_have_a_number_and_no_address()
    {
        var chunk = await Read("email,mobile\n,+41 79 123 45 67\n\u200b,0041791234568\n,079 123 45 67\n,\nnobody,+41791234569\n");

        chunk.Rows.Select(row => (row.Email, row.Phone, row.Rejection, row.Value)).ShouldBe(
        [
            (null, "+41791234567", null, null), (null, "+41791234568", null, null), (null, null, RejectionReason.UnusablePhone, "079 123 45 67"),
            (null, null, RejectionReason.MissingAddress, null), (null, null, RejectionReason.InvalidAddress, "nobody"),
        ]);
    }

    [Fact]
    public async Task shows_what_nobody_sees_in_an_address()
    {
        var chunk = await Read("email\n\ufeffanna@x.example\nbe\u200bn@x.example\ncarl@x.ex\u00adample\n");

        chunk.Rows.Select(row => (row.Email, row.Value)).ShouldBe(
            [("anna@x.example", null), (null, "be<U+200B>n@x.example"), (null, "carl@x.ex<U+00AD>ample")]);
    }

    [Fact]
    public async Task puts_names_on_one_line_and_leaves_other_values_as_they_are()
    {
        var row = (await Read("email,first_name,last_name,note\na@example.com,\"Ann\nBcc: e@x.example\",\"L\u0001ee\r\n\",\"one\r\ntwo\"\n")).Rows.ShouldHaveSingleItem();

        (row.FirstName, row.LastName, row.Attributes).ShouldBe(("Ann Bcc: e@x.example", "L ee", """{"note":"one\r\ntwo"}"""));
    }

    [Fact]
    public async Task rejects_a_row_with_a_value_that_the_api_would_refuse()
    {
        var chunk = await Read($"email,note\na@example.com,{new string('x', 4000)}\nb@example.com,{new string('x', 4001)}\n");

        chunk.Rows.Select(row => row.Rejection).ShouldBe([null, RejectionReason.ValueTooLong]);
        chunk.Rows[1].Value.ShouldBe("note: 4001 characters, at most 4000 can be kept");
        var input = new Campaigns.Audience.ContactInput("a@example.com", Attributes: new Dictionary<string, string?> { ["note"] = new('x', 4000) });
        input.Normalise().Errors.ShouldBeEmpty();
        (input with { FirstName = new string('x', 4001) }).Normalise().Errors.Keys.ShouldBe(["firstName"]);
    }

    [Theory]
    [InlineData("localtime"), InlineData("posixrules"), InlineData("Factory"), InlineData("factory"), InlineData("right/Europe/Paris"), InlineData("posix/Europe/Paris")]
    [InlineData("Eastern Time (US & Canada)"), InlineData("(GMT+01:00) Amsterdam")]
    public async Task knows_what_is_no_time_zone(string name)
    {
        var row = (await Read($"email,tz\na@example.com,{name}\n")).Rows.ShouldHaveSingleItem();

        (row.TimeZone, row.UnknownTimeZone).ShouldBe((null, name));
    }

    [Fact]
    public async Task reads_utf_16_that_says_so()
    {
        byte[] marked = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("E-Mail\tVorname\na@example.com\tZoë\n")];

        (await Read(marked, null)).Rows.ShouldHaveSingleItem().FirstName.ShouldBe("Zoë");
        (await Read(Encoding.Unicode.GetBytes("email\na@example.com\n"), Encoding.Unicode)).Rows.ShouldHaveSingleItem().Email.ShouldBe("a@example.com");
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
