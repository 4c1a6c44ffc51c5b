using Campaigns.Audience.Import;
using Campaigns.Storage;

namespace Campaigns.Tests.Audience;

public sealed class columns_of_a_file
{
    [Theory]
    [InlineData("email", "email")]
    [InlineData("E-Mail", "email")]
    [InlineData(" Email Address ", "email")]
    [InlineData("EMAIL_ADDRESS", "email")]
    [InlineData("emailAddress", "email")]
    [InlineData("First Name", "first_name")]
    [InlineData("firstname", "first_name")]
    [InlineData("FirstName", "first_name")]
    [InlineData("last-name", "last_name")]
    [InlineData("Timezone", "time_zone")]
    [InlineData("time zone", "time_zone")]
    [InlineData("Company Name", "company_name")]
    [InlineData("companyName", "company_name")]
    [InlineData("Größe (cm)", "größe_cm")]
    [InlineData("URL", "url")]
    [InlineData("--", null)]
    public void are_known_by_many_names(string header, string? field) => ContactColumns.Field(header).ShouldBe(field);

    [Fact]
    public void without_a_name_get_one() => Match("email", "", "City").ShouldBe(["email", "column_2", "city"]);

    [Fact]
    public void must_have_addresses_and_a_refusal_names_what_was_found()
    {
        var refusal = Refused("Name", "Phone number");

        refusal.Code.ShouldBe("email-column-missing");
        refusal.Kind.ShouldBe(RefusalKind.Invalid);
        refusal.Explanation.ShouldContain("'Name', 'Phone number'");
    }

    [Fact]
    public void must_not_mean_the_same()
    {
        var refusal = Refused("Email", "city", "E-Mail");

        refusal.Code.ShouldBe("column-ambiguous");
        refusal.Explanation.ShouldContain("'Email', 'E-Mail'");
    }

    [Fact]
    public void are_missing_in_an_empty_file()
    {
        Refused().Code.ShouldBe("file-empty");
        Refused("", " ").Code.ShouldBe("file-empty");
    }

    static IReadOnlyList<string> Match(params string[] headers)
    {
        ContactColumns.TryMatch(headers, out var columns, out _).ShouldBeTrue();
        return columns!.Fields;
    }

    static Refusal Refused(params string[] headers)
    {
        ContactColumns.TryMatch(headers, out _, out var refusal).ShouldBeFalse();
        return refusal!;
    }
}
