using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;

namespace Campaigns.Tests.Authoring;

public sealed class the_text_of_an_html_body
{
    static readonly Dictionary<string, string?> Gold = new() { ["plan"] = "gold", ["company"] = "Lee & Sons" };

    [Theory]
    [InlineData("""<a data-href="https://wrong.example" href="https://right.example">Go</a>""", "Go (https://right.example)")]
    [InlineData("""<a href = "https://right.example">Go</a>""", "Go (https://right.example)")]
    [InlineData("<a href=https://r.example\ntarget=_blank>Go</a>", "Go (https://r.example)")]
    [InlineData("""<a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>""", "https://x.example/?a=1&b=2")]
    [InlineData("""<a title="{{insert n "default=a > b"}}" href="https://g.example">Shop</a>""", "Shop (https://g.example)")]
    [InlineData("""<A HREF='https://q.example'> Go <b>now</b> </A>!""", "Go now (https://q.example)!")]
    [InlineData("""<a href="https://p.example/{{urlEncode company}}">{{company}}</a>""", "Lee & Sons (https://p.example/Lee%20%26%20Sons)")]
    [InlineData("""<a href="{{#if plan}}https://g.example{{else}}https://n.example{{/if}}">Go</a>""", "Go (https://g.example)")]
    [InlineData("""<a {{#if plan}}href="https://1.example"{{else}}href="https://2.example"{{/if}}>Go</a>""", "Go (https://1.example)")]
    [InlineData("""<a href="mailto:a@b.example">a@b.example</a> <a href="tel:+41791234567">+41791234567</a>""", "a@b.example +41791234567")]
    [InlineData("""<a href="#top">up</a> <a href="javascript:x()">x</a>""", "up x")]
    public void keeps_links_once_and_right(string html, string expected) => Derived(html).ShouldBe(expected);

    [Theory]
    [InlineData("""<img src="x" alt="Our new shop">""", "Our new shop")]
    [InlineData("""<a href="https://s.example"><img src="x" alt="Logo of {{company}}"></a>""", "Logo of Lee & Sons (https://s.example)")]
    [InlineData("""<p>a <img src="x"> b</p>""", "a b")]
    [InlineData("""<a href="https://s.example"><img src="x"></a>""", "https://s.example")]
    public void calls_images_what_they_are_called(string html, string expected) => Derived(html).ShouldBe(expected);

    [Theory]
    [InlineData("<table>{{#if plan}}<tr><td>{{plan}}</td></tr>{{/if}}<tr><td>x</td></tr></table>", "gold\nx")] // text in a table would move before it
    [InlineData("<p>{{#equals company \"Lee & Sons\"}}yes{{else}}no{{/equals}}</p>", "yes")]
    [InlineData("<!-- {{plan}} --><!--{{company}}-->a<!--[if mso]>b<![endif]-->", "a")]
    [InlineData("<style>{{#if plan}}p{}{{/if}}</style>a<script>{{plan}}</script><title>b</title>", "a")]
    [InlineData("{{#if plan}}<b>a{{else}}<i>b{{/if}}c", "ac")]
    [InlineData("<p>&#123;&#123;plan}} \\{{plan}} C:\\ {{plan}}</p>", "{{plan}} {{plan}} C:\\ gold")]
    [InlineData("<p>a</p>{{#if nope}}<p>b</p>{{/if}}<p>c</p>", "a\nc")]
    [InlineData("<p class=\"{{#if plan}}a\">gold{{else}}b\">poor{{/if}}</p>", "gold")]
    public void takes_the_branch_that_the_html_takes(string html, string expected) => Derived(html).ShouldBe(expected);

    [Fact]
    public void is_not_made_of_html_that_costs_too_much()
    {
        Refused(Many("<div>", 100_000)).ShouldContain("more than 250 deep");
        Refused(string.Concat(Enumerable.Range(0, 40_000).Select(i => $"<p><b id={i}></p>"))).ShouldContain("more than 250 deep");
        Refused(Many("<i>x</i>", 30_000)).ShouldContain("more than 20000 elements");
    }

    static string Many(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    static string Refused(string html)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", html, null), out _, out var refusal).ShouldBeFalse();
        return refusal!.Explanation;
    }

    static string Derived(string html)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", html, null), out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!.Render(Gold).ShouldBeOfType<Rendered>().Text!;
    }
}
