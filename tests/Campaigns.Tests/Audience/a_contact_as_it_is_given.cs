using Campaigns.Audience;

namespace Campaigns.Tests.Audience;

public sealed class a_contact_as_it_is_given
{
    [Theory, InlineData("a\u0001"), InlineData("\u0007"), InlineData("a\u0085b"), InlineData("a\u001b[31m"), InlineData("a\u007f")]
    public void has_no_control_characters(string text)
    {
        new ContactInput("ann@example.com", Attributes: new Dictionary<string, string?> { ["city"] = "x" + text }).Normalise().Errors["attributes"]
            .ShouldHaveSingleItem().ShouldContain("a control character");
        new ContactInput("ann@example.com", FirstName: "x" + text + "x").Normalise().Errors["firstName"].ShouldHaveSingleItem().ShouldContain("control characters");
    }

    [Fact]
    public void has_lines_and_tabs_in_attributes() =>
        new ContactInput("ann@example.com", Attributes: new Dictionary<string, string?> { ["note"] = "one\r\ntwo\tthree" }).Normalise().Errors.ShouldBeEmpty();

    [Theory, InlineData("\u3164ann@example.com\u2800", "ann@example.com"), InlineData("an\u3164n@example.com", null), InlineData("ann@exam\u2800ple.com", null)]
    public void has_an_address_without_fillers(string written, string? kept) => EmailAddress.Normalise(written).ShouldBe(kept);

    [Fact]
    public void has_names_of_which_something_is_seen()
    {
        var (normal, errors) = new ContactInput("ann@example.com", FirstName: "\u3164", LastName: "\u2800 Lee\u200b").Normalise();
        errors.ShouldBeEmpty();
        (normal.FirstName, normal.LastName).ShouldBe((null, "Lee"));
    }
}
