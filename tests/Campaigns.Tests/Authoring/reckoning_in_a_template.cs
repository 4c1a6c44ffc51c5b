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

    static string Written(string text) => Render(text).ShouldBeOfType<Rendered>().Text!;

    static Rendering Render(string text)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", null, text), out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!.Render(Offer);
    }
}
