using System.Text;
using Campaigns.Audience.Import;

namespace Campaigns.Tests.Audience;

public sealed class columns_that_somebody_mapped
{
    [Fact]
    public void are_what_they_say_and_the_others_what_their_names_say() => Match(
        "Kontakt-Mail,Vorname,Notes,Foo", "Kontakt-Mail:email", "Notes:-", "Foo:attributes.Shoe Size").ShouldBe(["email", "first_name", null, "shoe_size"]);

    [Fact]
    public void go_before_what_the_names_of_others_say()
    {
        Match("email,Kontakt,Mobile,Phone", "Kontakt:email", "Phone:phone").ShouldBe(["email_2", "email", "mobile", "phone"]);
        Match("E-Mail,Kontakt", "Kontakt:email").ShouldBe(["e_mail", "email"]);
        Match("name: first,email", "name: first:first_name").ShouldBe(["first_name", "email"]);
    }

    [Fact]
    public async Task are_the_only_ones_that_have_the_address_or_the_number()
    {
        var text = "E-mail 2,Kontakt,Mobile,Desk\nother@example.com,,+41791111111,+41441111111\nb@example.com,a@example.com,+41791111111,\n";
        var (file, _) = await ContactFile.Open(
            new MemoryStream(Encoding.UTF8.GetBytes(text)), null, CancellationToken.None, _ => Task.FromResult(ColumnMap.Read(["Kontakt:email", "Desk:phone"]).Map));
        var rows = (await file!.Read(10, CancellationToken.None)).Rows;
        rows.Select(row => (row.Email, row.Phone)).ShouldBe([(null, "+41441111111"), ("a@example.com", null)]);
        rows[0].Attributes.ShouldBe("""{"e_mail_2":"other@example.com","mobile":"+41791111111"}""");
    }

    [Fact]
    public async Task that_are_left_out_are_not_warned_of()
    {
        var (file, _) = await ContactFile.Open(
            new MemoryStream("email,Notes\na@example.com,x\n"u8.ToArray()), null, CancellationToken.None, _ => Task.FromResult(ColumnMap.Read(["Notes:-"]).Map));
        var chunk = await file!.Read(10, CancellationToken.None);
        chunk.Rows.ShouldHaveSingleItem().Attributes.ShouldBe("{}");
        chunk.Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("map-unreadable", "Kontakt", "Kontakt")]
    [InlineData("map-unreadable", ":email", ":email")]
    [InlineData("map-unknown-field", "'mail'", "Kontakt:mail")]
    [InlineData("map-unknown-field", "'attributes.'", "Kontakt:attributes.")]
    [InlineData("map-unknown-field", "'attributes.email'", "Kontakt:attributes.email")]
    [InlineData("map-column-twice", "'Kontakt'", "Kontakt:email", "Kontakt:phone")]
    [InlineData("map-field-twice", "'Kontakt', 'Foo'", "Kontakt:email", "Foo:email")]
    [InlineData("map-unknown-column", "'Nothing'", "Nothing:email")]
    [InlineData("map-unknown-column", "'kontakt'", "kontakt:email")]
    [InlineData("column-ambiguous", "'Foo'", "Kontakt:attributes.foo")]
    [InlineData("email-column-missing", "'Kontakt'", "email:-")]
    public void are_refused_where_they_cannot_be_so(string code, string named, params string[] map)
    {
        var (read, refusal) = ColumnMap.Read(map);
        if (refusal is null)
        {
            ContactColumns.TryMatch(["email", "Kontakt", "Foo"], out _, out refusal, read).ShouldBeFalse();
        }

        refusal!.Code.ShouldBe(code);
        refusal.Explanation.ShouldContain(named);
    }

    [Fact]
    public void are_refused_where_two_have_that_name()
    {
        ContactColumns.TryMatch(["email", "Foo", "Foo"], out _, out var refusal, ColumnMap.Read(["Foo:attributes.bar"]).Map).ShouldBeFalse();
        refusal!.Code.ShouldBe("column-ambiguous");
    }

    [Fact]
    public void are_not_given_or_given_back()
    {
        ColumnMap.Read(null).Map.ShouldBeNull();
        ColumnMap.Read([]).Map.ShouldBeNull();
        ColumnMap.Read([""]).Map.ShouldBeEmpty();
    }

    static IEnumerable<string?> Match(string headers, params string[] map)
    {
        ContactColumns.TryMatch(headers.Split(','), out var columns, out var refusal, ColumnMap.Read(map).Map).ShouldBeTrue(refusal?.Explanation);
        return columns!.Fields;
    }
}
