using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;

namespace Campaigns.Tests.Authoring;

public sealed class reckoning_in_a_template
{
    static readonly Dictionary<string, string?> Offer = new()
    {
        ["price"] = "19.90", ["quantity"] = "3", ["large"] = "1234567.005", ["debt"] = "-12.5", ["currency"] = "CHF", ["culture"] = "de-CH", ["name"] = "R&D: 100 %/é",
    };

    [Theory]
    [InlineData("{{multiply price quantity}}", "59.70")]
    [InlineData("{{multiply price 0.1}}", "1.990")]
    [InlineData("{{multiply price quantity 2}}", "119.40")]
    [InlineData("{{round (multiply price 0.925) 2}}", "18.41")]
    [InlineData("{{round 2.5}}", "3")]
    [InlineData("{{round \"-2.5\"}}", "-3")]
    [InlineData("{{round 1.005 2}}", "1.01")] // which binary fractions get wrong
    [InlineData("{{round quantity 2}}", "3.00")]
    [InlineData("{{#if (greaterThan (multiply price quantity) 50)}}much{{else}}little{{/if}}", "much")]
    public void is_exact(string text, string expected) => Written(text).ShouldBe(expected);

    [Theory]
    [InlineData("{{money price \"EUR\"}}", "€19.90")]
    [InlineData("{{money price \"EUR\" \"de-DE\"}}", "19,90\u00a0€")]
    [InlineData("{{money large \"EUR\" \"de-DE\"}}", "1.234.567,01\u00a0€")]
    [InlineData("{{money large \"USD\"}}", "$1,234,567.01")]
    [InlineData("{{money large \"JPY\" \"en-US\"}}", "¥1,234,567")]
    [InlineData("{{money price \"KWD\" \"en-US\"}}", "KWD 19.900")]
    [InlineData("{{money price \"USD\" \"en-CA\"}}", "USD 19.90")] // its $ is the Canadian one
    [InlineData("{{money price \"CHF\" \"de-DE\"}}", "19,90 CHF")]
    [InlineData("{{money debt \"GBP\" \"en-GB\"}}", "-£12.50")]
    [InlineData("{{money price this.currency this.culture}}", "CHF 19.90")]
    public void writes_amounts_as_the_culture_does(string text, string expected) =>
        Written(text).Replace('\u00a0', ' ').Replace('\u202f', ' ').ShouldBe(expected.Replace('\u00a0', ' '));

    [Theory]
    [InlineData("{{urlEncode name}}", "R%26D%3A%20100%20%25%2F%C3%A9")]
    [InlineData("https://a.example/?n={{urlEncode name}}&p={{urlEncode (multiply price 2)}}", "https://a.example/?n=R%26D%3A%20100%20%25%2F%C3%A9&p=39.80")]
    public void puts_values_into_links(string text, string expected) => Written(text).ShouldBe(expected);

    [Theory]
    [InlineData("{{multiply price nope}}"), InlineData("{{round nope 2}}"), InlineData("{{money (multiply nope 2) \"EUR\"}}"), InlineData("{{urlEncode nope}}")]
    [InlineData("{{money price this.nope}}"), InlineData("{{formatDate nope \"DD\"}}"), InlineData("{{lookup this \"nope\"}}")]
    public void with_what_is_missing_is_missing_itself(string text) => Render(text).ShouldBeOfType<MissingVariables>().Names.ShouldBe(["nope"]);

    [Theory]
    [InlineData("{{multiply price name}}", "'R&D: 100 %/é' is no number")]
    [InlineData("{{money price this.name}}", "'R&D: 100 %/é' is no currency")]
    [InlineData("{{money price \"EUR\" this.name}}", "'R&D: 100 %/é' is no culture")]
    public void with_what_is_no_number_fails_and_says_why(string text, string why) => Render(text).ShouldBeOfType<Unrenderable>().Why.ShouldContain(why);

    [Theory]
    [InlineData("1234.50", "1000"), InlineData("1,234.50", "1000"), InlineData("1'234.50", "1000"), InlineData("1’234,50", "1000"), InlineData("1.234,50", "1000"), InlineData("1 234,50", "1000"), InlineData("1\u202f234.5", "1000")]
    [InlineData("1,234,567", "1000000"), InlineData("1.234.567", "1000000"), InlineData("12,34,567.50", "1000000"), InlineData("CHF 1'234.50", "1000"), InlineData("1.234,50 €", "1000"), InlineData("$1,234.50", "1000")]
    [InlineData("1,5", "1"), InlineData("0,123", "0"), InlineData("12345,678", "12000"), InlineData("-1'234.50", "-2000"), InlineData("\u22125", "-6"), InlineData("5.-", "4"), InlineData("5 EUR", "4"), InlineData("US$ 5", "4"), InlineData("CA$5", "4"), InlineData("R$ 10,50", "10"), InlineData("5 kr", "4"), InlineData("kr. 5,00", "4"), InlineData("12 zł", "11"), InlineData("Fr. 5.50", "5"), InlineData("5.-- Fr.", "4"), InlineData("1'234.50 CHF", "1234"), InlineData("-5 €", "-6"), InlineData("5,--", "4"), InlineData("1'234.–", "1000"), InlineData("2026-03-02", "2026-03-01")]
    [InlineData("$450,000", "449999"), InlineData("US$ 1,234", "1233"), InlineData("3.5", "$3.459"), InlineData("-£1,233", "-£1,234"), InlineData("0.125 €", "0.1")]
    [InlineData("2026-03-01T12:00:00+02:00", "2026-03-01T09:59Z"), InlineData("2026-03-01 10:00", "2026-03-01")]
    public void compares_numbers_and_dates_as_people_write_them(string value, string less)
    {
        var fields = new Dictionary<string, string?> { ["value"] = value, ["less"] = less };

        Written($"{{{{#greaterThan value \"{less}\"}}}}more{{{{else}}}}not{{{{/greaterThan}}}}", fields).ShouldBe("more");
        Written("{{#if (lessThan less this.value)}}less{{else}}not{{/if}}", fields).ShouldBe("less");
    }

    [Theory]
    [InlineData("450.000 €"), InlineData("450,000 €"), InlineData("R$ 450.000")]
    [InlineData("1,234"), InlineData("n/a"), InlineData("gold"), InlineData("01.03.2026"), InlineData("2026-03-01"), InlineData("1.23.4"), InlineData("TOP 10")]
    public void says_what_cannot_be_compared_in_place_of_taking_a_branch(string value) =>
        Render("{{#greaterThan value 5}}more{{else}}not{{/greaterThan}}", new Dictionary<string, string?> { ["value"] = value })
            .ShouldBeOfType<Unrenderable>().Why.ShouldBe($"'{value}' and '5' cannot be compared: write numbers as 1234.50, or dates as 2026-03-01.");

    [Fact]
    public void takes_what_is_missing_for_neither_more_nor_less() =>
        Written("{{#greaterThan nope 5}}more{{else}}not{{/greaterThan}} {{#lessThan nope 5}}less{{else}}not{{/lessThan}}").ShouldBe("not not");

    static string Written(string text, Dictionary<string, string?>? fields = null) => Render(text, fields).ShouldBeOfType<Rendered>().Text!;

    static Rendering Render(string text, Dictionary<string, string?>? fields = null)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", null, text), out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!.Render(fields ?? Offer);
    }
}
