using System.Text;
using Campaigns.Audience.Import;
using Campaigns.Insight;
using Campaigns.Recipients;

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
    public async Task warns_of_columns_full_of_addresses_or_numbers_that_became_attributes()
    {
        var chunk = await Read("email,Assistenz,Hotline,City\na@example.com,b@example.com,+41791112233,Bern\nc@example.com,d@example.com,,Biel\n");

        chunk.Warnings.ShouldBe([
            "The column 'Assistenz' is full of e-mail addresses and became the attribute assistenz. Where they are the contacts' own, name it email and import the file again.",
            "The column 'Hotline' is full of telephone numbers and became the attribute hotline. Where they are the contacts' own, name it phone and import the file again.",
        ]);
        (await Read("email,City\na@example.com,Bern\n")).Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task leaves_out_what_an_export_of_recipients_says_of_their_messages()
    {
        using var export = new MemoryStream();
        await RecipientExport.WriteCsv(Recipients(), export, CancellationToken.None);
        var text = Encoding.UTF8.GetString(export.ToArray()).Replace("\r\n", ",City\r\n", StringComparison.Ordinal);
        var (file, _) = await ContactFile.Open(new MemoryStream(Encoding.UTF8.GetBytes(text)), null, CancellationToken.None);

        file!.Columns.Where(column => column.Field is not null).Select(column => column.Header).ShouldBe(["email", "phone", "City"]);
        var chunk = await file.Read(10, CancellationToken.None);
        var row = chunk.Rows.ShouldHaveSingleItem();
        (row.Email, row.Phone, row.Attributes).ShouldBe(("ann@example.com", "+41791112233", """{"city":"City"}"""));
        chunk.Warnings.ShouldHaveSingleItem().ShouldContain("the columns id, contactId, status, reason, batch, queuedAt,");

        static async IAsyncEnumerable<RecipientView> Recipients()
        {
            await Task.CompletedTask;
            yield return new RecipientView(
                Guid.NewGuid(), Guid.NewGuid(), "ann@example.com", RecipientStatus.Sent, null, 1, Some.Now, Some.Now, Some.Now, null, null, null, null, null, null,
                Phone: "+41791112233");
        }
    }

    [Fact]
    public async Task leaves_nothing_out_of_other_files_with_such_columns()
    {
        var row = (await Read("email,id,status,contact_id,queued_at\nann@example.com,5,new,7,today\n")).Rows.ShouldHaveSingleItem();

        row.Attributes.ShouldBe("""{"id":"5","status":"new","contact_id":"7","queued_at":"today"}""");
    }

    [Fact]
    public async Task tells_several_numbers_in_a_cell_from_a_number_that_is_none()
    {
        var chunk = await Read("email,phone\n,+41791112233 / +41791112234\na@example.com,\"+41791112233, +41791112234\"\nb@example.com,079\n");

        chunk.Rows.Select(row => row.Rejection).ShouldBe([RejectionReason.SeveralPhones, null, null]);
        ImportChunk.Decide(chunk.Rows, new Dictionary<string, KnownContact>(), DateTimeOffset.UnixEpoch).LeftOut.Select(row => (row.Line, row.Reason)).ShouldBe(
            [(3, RejectionReason.SeveralPhones), (4, RejectionReason.UnusablePhone)]);
    }

    [Theory]
    [InlineData("Be\u0001rn\u0007", "Bern"), InlineData("Bern\u0085", "Bern"), InlineData("\"two\nlines\tmore\"", "two\\nlines\\tmore")]
    public async Task leaves_control_characters_out_of_attributes(string city, string kept) =>
        (await Read($"email,city\nann@example.com,{city}\n")).Rows.ShouldHaveSingleItem().Attributes.ShouldBe($$"""{"city":"{{kept}}"}""");

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

    [Theory]
    [InlineData("whatsapp,phone_number", ",+41791111111", "+41791111111"), InlineData("whatsapp,phone_number", "+41792222222,+41791111111", "+41792222222")]
    [InlineData("Mobile,Phone", ",+41441111111", "+41441111111"), InlineData("Phone,Mobile", "+41441111111,+41791111111", "+41791111111"), InlineData("phone,mobile", "+41441111111,+41791111111", "+41441111111")]
    [InlineData("Home Phone,Business Phone,Mobile Phone", "+41441111111,+41442222222,", "+41442222222"), InlineData("Home Phone,Primary Phone", "+41441111111,+41442222222", "+41442222222")]
    [InlineData("Business Fax,Home Phone,Home Fax", "+41443333333,,+41444444444", null), InlineData("Mobile,Phone", "n/a,+41441111111", "+41441111111"), InlineData("Mobile,Phone", "-,NULL", null)]
    [InlineData("Person - Phone - Work,Person - Phone - Mobile", "+41441111111,", "+41441111111")]
    public async Task takes_the_best_number_that_is_filled_in_a_row(string headers, string numbers, string? taken)
    {
        var row = (await Read($"email,{headers}\na@example.com,{numbers}\n")).Rows.ShouldHaveSingleItem();

        (row.Phone, row.UnusablePhone).ShouldBe((taken, null));
    }

    [Fact]
    public async Task keeps_every_number_that_is_second_to_another_one_as_an_attribute()
    {
        var chunk = await Read("email,Mobile,Phone\na@example.com,+41791111111,+41441111111\nb@example.com,,+41442222222\n");

        chunk.Rows.Select(row => (row.Phone, row.Attributes)).ShouldBe(
            [("+41791111111", """{"phone_2":"+41441111111"}"""), ("+41442222222", """{"phone_2":"+41442222222"}""")]);
    }

    [Theory]
    [InlineData("Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value", "Work,+41441111111,Mobile,+41791111111", "+41791111111", "phone_1_value\":\"+41441111111")]
    [InlineData("Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value", "* Mobile,+41791111111,Work,+41441111111", "+41791111111", "phone_2_value\":\"+41441111111")]
    [InlineData("Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value", "Work Fax,+41441111111,Home,+41442222222", "+41442222222", "phone_1_value\":\"+41441111111")]
    [InlineData("Telefon 1 – Label,Telefon 1 – Wert,Telefon 2 – Label,Telefon 2 – Wert", "Geschäftlich,+41441111111,Mobil,+41791111111", "+41791111111", "telefon_1_wert\":\"+41441111111")]
    [InlineData("Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value", "Work Fax,+41441111111,,", null, "phone_1_value\":\"+41441111111")]
    public async Task goes_by_what_a_row_says_of_its_numbers(string headers, string values, string? taken, string kept)
    {
        var row = (await Read($"email,{headers}\na@example.com,{values}\n")).Rows.ShouldHaveSingleItem();

        (row.Phone, row.UnusablePhone).ShouldBe((taken, null));
        row.Attributes.ShouldContain(kept);
    }

    [Fact]
    public async Task takes_another_address_of_the_person_where_the_first_is_missing_and_never_the_one_of_a_firm()
    {
        var chunk = await Read("E-mail Address,E-mail 2 Address,Company Email,Mobile\n,a@example.com,info@firm.example,\n,,info@firm.example,+41791111111\n");

        chunk.Rows.Select(row => (row.Email, row.Phone)).ShouldBe([("a@example.com", null), (null, "+41791111111")]);
    }

    [Fact]
    public async Task leaves_the_attributes_of_our_own_export_what_they_are()
    {
        var row = (await Read("email,phone,first_name,last_name,time_zone,mobile\na@example.com,,,,,+41791111111\n")).Rows.ShouldHaveSingleItem();

        (row.Phone, row.Attributes).ShouldBe((null, """{"mobile":"+41791111111"}"""));
    }

    [Fact]
    public async Task takes_the_first_usable_of_the_values_that_address_books_write_into_a_cell_and_tells_the_others()
    {
        var chunk = await Read(
            "E-mail 1 - Value,Phone 1 - Value\na@example.com ::: b@example.com,079 ::: +41791111111 ::: +41791111112\nnobody ::: none,\nc@example.com ::: C@example.com,079 ::: 078\n");

        chunk.Rows.Select(row => (row.Email, row.Phone, row.OtherAddresses, row.OtherPhones, row.UnusablePhone, row.Rejection)).ShouldBe(
        [
            ("a@example.com", "+41791111111", "b@example.com", "079 ::: +41791111112", null, null), (null, null, null, null, null, RejectionReason.InvalidAddress),
            ("c@example.com", null, null, null, "079 ::: 078", null),
        ]);
        ImportChunk.Decide(chunk.Rows, new Dictionary<string, KnownContact>(), DateTimeOffset.UnixEpoch).LeftOut.Select(row => (row.Line, row.Reason, row.Value)).ShouldBe(
        [
            (2, RejectionReason.OtherAddresses, "b@example.com"), (2, RejectionReason.OtherPhones, "079 ::: +41791111112"), (4, RejectionReason.UnusablePhone, "079 ::: 078"),
        ]);
        chunk.Warnings!.ShouldContain("The column 'E-mail 1 - Value' has several values in 1 row. The first usable one was taken; the rejections list the others.");
    }

    [Theory]
    [InlineData("NULL"), InlineData("null"), InlineData("N/A"), InlineData("n/a"), InlineData("#N/A"), InlineData("#REF!"), InlineData("-"), InlineData("--"), InlineData("—"), InlineData("none")]
    [InlineData("(blank)"), InlineData("undefined"), InlineData("nan"), InlineData("NaN"), InlineData("\\N"), InlineData("#NV"), InlineData("#¡REF!")]
    public async Task knows_what_stands_where_there_is_no_value(string placeholder)
    {
        var chunk = await Read($"email,phone,first_name,last_name,tz,note\n{placeholder},+41791234567,{placeholder},{placeholder},{placeholder},x\na@example.com,{placeholder},Ann,Lee,,\n");

        chunk.Rows.Select(row => (row.Email, row.Phone, row.FirstName, row.LastName, row.UnknownTimeZone, row.UnusablePhone, row.Rejection)).ShouldBe(
            [(null, "+41791234567", null, null, null, null, null), ("a@example.com", null, "Ann", "Lee", null, null, null)]);
        chunk.Warnings!.ShouldContain($"The column 'email' says in 1 row that it has no value, first in line 2: '{placeholder}'. It was read as empty there."
            + (placeholder.All("-—".Contains) ? "" : " The rejections list them, but for dashes."));
        string[] fields = placeholder.All("-—".Contains) ? [] : ["email", "first_name", "last_name", "time_zone"];
        chunk.Rows[0].NoValues.ShouldBe(fields is [] ? null : string.Join("; ", fields.Select(field => $"{field}: {placeholder}")));
        ImportChunk.Decide(chunk.Rows, new Dictionary<string, KnownContact>(), DateTimeOffset.UnixEpoch).LeftOut.Select(row => (row.Line, row.Reason)).ShouldBe(
            fields is [] ? [] : [(2, RejectionReason.NoValue), (3, RejectionReason.NoValue)]);
    }

    [Fact]
    public async Task keeps_every_name_of_our_own_export()
    {
        var chunk = await Read("email,phone,first_name,last_name,time_zone\na@example.com,,N/A,-,\nb@example.com,,NULL,#N/A,\n");

        chunk.Rows.Select(row => (row.FirstName, row.LastName, row.NoValues)).ShouldBe([("N/A", "-", null), ("NULL", null, "last_name: #N/A")]);
    }

    [Theory]
    [InlineData("Full Name", "full_name"), InlineData("Vor- und Nachname", "vor_und_nachname"), InlineData("Name", "name"), InlineData("氏名", "氏名")]
    public async Task says_that_a_whole_name_is_no_first_name(string header, string attribute)
    {
        var chunk = await Read($"email,{header}\na@example.com,Ann Lee\n");

        chunk.Warnings.ShouldHaveSingleItem().ShouldContain($"'{header}' became the attribute {attribute}: greet by {{{{{attribute}}}}}");
        (await Read($"email,{header},first_name\na@example.com,Ann Lee,Ann\n")).Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Name,Vorname", "Lee", "Ann"), InlineData("Ad,Soyad", "Ann", "Lee"), InlineData("名字,姓", "Ann", "Lee")]
    [InlineData("Vorname,Nachname,Name", "Ann", "Lee")]
    public async Task reads_a_name_by_what_stands_beside_it(string header, string first, string second)
    {
        var row = (await Read($"email,{header}\na@example.com,{first},{second}\n")).Rows.ShouldHaveSingleItem();

        (row.FirstName, row.LastName).ShouldBe(("Ann", "Lee"));
    }

    [Theory]
    [InlineData("Null"), InlineData("Nan"), InlineData("None"), InlineData("Na"), InlineData("NAN"), InlineData("Undefined"), InlineData("Hyphen-ated"), InlineData("#1")]
    public async Task takes_no_name_for_a_placeholder(string name)
    {
        var chunk = await Read($"email,first_name,last_name\na@example.com,{name},{name}\n");

        (chunk.Rows[0].FirstName, chunk.Rows[0].LastName).ShouldBe((name, name));
        chunk.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task keeps_attributes_as_they_are_but_for_the_errors_of_spreadsheets()
    {
        var chunk = await Read("email,a,b,c,d,e,f\na@example.com,N/A,-,null,#REF!,#DIV/0!,#hashtag!\n");

        chunk.Rows[0].Attributes.ShouldBe("""{"a":"N/A","b":"-","c":"null","f":"#hashtag!"}""");
        chunk.Warnings!.Count.ShouldBe(2);
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
