using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;
using Campaigns.Recipients;

namespace Campaigns.Tests.Authoring;

public sealed class offers_in_a_template
{
    static readonly Dictionary<string, string?> Ann = new() { ["first_name"] = "Ann", ["city"] = "Bern", ["offer_count"] = "2" };

    static readonly IReadOnlyDictionary<string, string?>[] Two =
    [
        new Dictionary<string, string?> { ["address"] = "1 Elm <St>", ["offer_price"] = "311700", ["reference"] = "A" },
        new Dictionary<string, string?> { ["address"] = "2 Oak St", ["offer_price"] = "99000.5", ["reference"] = "B", ["city"] = "Basel" },
    ];

    [Theory]
    [InlineData("{{#each offers}}{{reference}}: {{money offer_price \"USD\"}}{{#unless @last}}, {{/unless}}{{/each}}", "A: $311,700.00, B: $99,000.50")]
    [InlineData("{{#each offers}}{{@index}}{{#if @first}}!{{/if}}{{/each}}", "0!1")]
    [InlineData("{{#each offers}}{{first_name}} {{city}};{{/each}}", "Ann Bern;Ann Basel;")] // what an offer lacks is the contact's
    [InlineData("{{#each offers}}{{../city}}{{/each}}", "BernBern")]
    [InlineData("{{#each offers}}{{@root.city}}{{/each}}", "BernBern")]
    [InlineData("{{#each offers}}{{this.reference}}{{/each}}", "AB")]
    [InlineData("{{#each this.offers}}{{reference}}{{/each}}", "AB")]
    [InlineData("{{#each @root.offers}}{{reference}}{{/each}}", "AB")]
    [InlineData("{{#each offers}}{{#greaterThan offer_price 100000}}{{reference}}{{/greaterThan}}{{/each}}", "A")]
    [InlineData("{{#each offers}}{{insert garage \"default=none\"}} {{/each}}", "none none ")]
    [InlineData("{{#each offers}}{{#if garage}}G{{else}}-{{/if}}{{/each}}", "--")]
    [InlineData("{{#if offers}}{{offer_count}} offers{{else}}none{{/if}}", "2 offers")]
    [InlineData("{{#each offers}}x{{else}}none{{/each}}", "xx")]
    public void are_gone_through(string text, string expected) => Write(text, Two).ShouldBe(expected);

    [Theory]
    [InlineData("{{#each offers}}x{{else}}none{{/each}}.", "none.")]
    [InlineData("{{#if offers}}some{{else}}none{{/if}}", "none")]
    public void of_which_there_are_none(string text, string expected)
    {
        Write(text, []).ShouldBe(expected);
        Compile(new TemplateContent("t", "s", Text: text)).Render(Ann, null, Channel.Email, default).ShouldBeOfType<MissingVariables>("its campaign is about no offers")
            .Names.ShouldBe(["offers"]);
        Compile(new TemplateContent("t", "s", Text: text)).Render(new Dictionary<string, string?> { ["offers"] = "a field of that name" }).ShouldBeOfType<Rendered>();
    }

    [Fact]
    public void are_escaped_in_html_and_listed_in_the_text_of_it()
    {
        var rendered = Compile(new TemplateContent("t", "{{offer_count}} offers", "<ul>{{#each offers}}<li>{{address}}</li>{{/each}}</ul>")).Render(Ann, Two, Channel.Email, default)
            .ShouldBeOfType<Rendered>();
        rendered.Subject.ShouldBe("2 offers");
        rendered.Html.ShouldBe("<ul><li>1 Elm &lt;St&gt;</li><li>2 Oak St</li></ul>");
        rendered.Text.ShouldNotBeNull().ShouldContain("1 Elm <St>");
        rendered.Text.ShouldContain("2 Oak St");
    }

    [Fact]
    public void what_one_of_them_lacks_is_missing() =>
        Compile(new TemplateContent("t", "s", Text: "{{#each offers}}{{garage}}{{/each}}")).Render(Ann, Two, Channel.Email, default)
            .ShouldBeOfType<MissingVariables>().Names.ShouldBe(["garage"]);

    [Fact]
    public void as_a_text_are_none() =>
        Compile(new TemplateContent("t", "s", Text: "{{offers}}")).Render(Ann, Two, Channel.Email, default).ShouldBeOfType<Unrenderable>().Why.ShouldContain("{{#each offers}}");

    [Theory]
    [InlineData("{{#each offers}}{{#each offers}}{{/each}}{{/each}}", "a loop stands in another one")]
    [InlineData("{{#each offers}}{{this}}{{/each}}", "is the whole contact")]
    [InlineData("{{#each city}}{{first_name}}{{/each}}", "which is about a text")]
    public void are_refused(string text, string why)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", Text: text), out _, out var refusal).ShouldBeFalse();
        refusal!.Explanation.ShouldContain(why);
    }

    static string Write(string text, IReadOnlyList<IReadOnlyDictionary<string, string?>>? offers) =>
        Compile(new TemplateContent("t", "s", Text: text)).Render(Ann, offers, Channel.Email, default).ShouldBeOfType<Rendered>().Text!;

    static CompiledTemplate Compile(TemplateContent content)
    {
        TemplateRenderer.TryCompile(content, out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!;
    }
}
