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
    [InlineData("""<a href="tel:+41791234567">+41 79 123 45 67</a> <a href="https://x.example/">https://x.example</a>""", "+41 79 123 45 67 https://x.example")]
    [InlineData("""<a href="tel:+41791234567">Call us, 24/7</a>""", "Call us, 24/7 (tel:+41791234567)")]
    [InlineData("""<a href="mailto:a@b.example">a@b.example</a> <a href="tel:+41791234567">+41791234567</a>""", "a@b.example +41791234567")]
    [InlineData("""<a href="#top">up</a> <a href="javascript:x()">x</a>""", "up x")]
    public void keeps_links_once_and_right(string html, string expected) => Derived(html).ShouldBe(expected);

    [Theory]
    [InlineData("""<img src="x" alt="Our new shop">""", "Our new shop")]
    [InlineData("""<a href="https://s.example"><img src="x" alt="Logo of {{company}}"></a>""", "Logo of Lee & Sons (https://s.example)")]
    [InlineData("""<p>a <img src="x"> b</p>""", "a b")]
    [InlineData("""<a href="https://s.example"><img src="x"></a>""", "https://s.example"), InlineData("""<a href="https://s.example/p"><img src="x"></a>Read this""", "https://s.example/p Read this")]
    public void calls_images_what_they_are_called(string html, string expected) => Derived(html).ShouldBe(expected);

    [Theory]
    [InlineData("<table>{{#if plan}}<tr><td>{{plan}}</td></tr>{{/if}}<tr><td>x</td></tr></table>", "gold\nx")] // text in a table would move before it
    [InlineData("<p>{{#equals company \"Lee & Sons\"}}yes{{else}}no{{/equals}}</p>", "yes")]
    [InlineData("<!-- {{plan}} --><!--{{company}}-->a<!--[if mso]>b<![endif]-->", "a")]
    [InlineData("<style>{{#if plan}}p{}{{/if}}</style>a<script>{{plan}}</script><title>b</title>", "a")]
    [InlineData("{{#if plan}}<b>a{{else}}<i>b{{/if}}c", "ac")]
    [InlineData("<p>&#123; &#123;plan}} \\{{plan}} C:\\ {{plan}}</p>", "{ {plan}} {{plan}} C:\\ gold")]
    [InlineData("<p>a</p>{{#if nope}}<p>b</p>{{/if}}<p>c</p>", "a\nc")]
    [InlineData("<p class=\"{{#if plan}}a\">gold{{else}}b\">poor{{/if}}</p>", "gold")]
    public void takes_the_branch_that_the_html_takes(string html, string expected) => Derived(html).ShouldBe(expected);

    [Theory]
    [InlineData("<div style=\"display:none\">Preview {{plan}}</div><p>Hi</p>", "Hi"), InlineData("<div style=\"DISPLAY : none !important;\">Preview</div>Hi", "Hi"), InlineData("<div hidden>Preview</div>Hi", "Hi")]
    [InlineData("<span style=\"visibility:hidden\">Preview <b style=\"visibility:visible\">Hello</b></span>", "Hello"), InlineData("<div style=\"opacity:0\">Preview</div>Hi", "Hi")]
    [InlineData("<div style=\"max-height:0;overflow:hidden;mso-hide:all\">Preview</div>Hi", "Hi"), InlineData("<div style=\"font-size:0\">Preview <span style=\"font-size:14px\">Hi</span></div>", "Hi")]
    [InlineData("<style>.preheader{display:none !important}</style><div class=\"preheader\">Preview</div>Hi", "Hi")]
    [InlineData("<div style=\"display:none\">{{#if plan}}Preview{{else}}None{{/if}}</div>Hi {{plan}}", "Hi gold"), InlineData("<p style=\"display:none\"><a href=\"https://x.example\">x</a></p>Hi", "Hi")]
    [InlineData("<td style=\"font-size:0\"><a href=\"https://x.example\"><img src=\"x\" alt=\"Shop\"></a></td>", "Shop (https://x.example)")]
    [InlineData("<table><tr><td style=\"font-size:0\">{{#if nope}}<img alt=\"A\">{{else}}<img alt=\"B\">{{/if}}</td></tr></table>", "B")]
    [InlineData("<dialog>Preview</dialog><div aria-hidden=\"true\">Hi</div>", "Hi"), InlineData("<div style=\"height:0\">Hi</div>", "Hi"), InlineData("<div style=\"mso-hide:all\">Hi</div>", "Hi")]
    [InlineData("<p style=\"display:{{#if plan}}none{{else}}block{{/if}}\">poor</p>Hi", "Hi"), InlineData("<style>@media print{.p{display:none}}</style><p class=\"p\">Hi</p>", "Hi")]
    public void leaves_out_what_nobody_sees(string html, string expected) => Derived(html).Trim().ShouldBe(expected);

    [Theory]
    [InlineData("<style>.hide{display:none} .hide{display:block}</style><p class=\"hide\">Hi</p>", "Hi"), InlineData("<style>#a{display:none} .show{display:block}</style><p id=\"a\" class=\"show\">Preview</p>Hi", "Hi")]
    [InlineData("<style>.show{display:block} p{display:none}</style><p class=\"show\">Hi</p>", "Hi"), InlineData("<style>p,.x{display:none} p{width:10px} h1,p.y{display:inline}</style><p>Preview</p><p class=\"y\">Hi</p>", "Hi")]
    public void goes_by_the_rule_that_browsers_go_by(string html, string expected) => Derived(html).ShouldBe(expected);

    [Fact]
    public void leaves_out_what_a_large_style_sheet_hides_too()
    {
        var sheet = string.Concat(Enumerable.Range(0, 900).Select(i => $".w{i}{{width:{i + 1}px}}")) + ".hide{display:none;width:0}";
        Derived($"<style>{sheet}</style><p class=\"hide\">Preview</p>{string.Concat(Enumerable.Range(0, 400).Select(i => $"<b>{i} </b>"))}").ShouldStartWith("0 1 2");
    }

    [Fact]
    public void keeps_the_lines_of_a_text_that_is_set_already() =>
        Derived("<p>Your order\n  of today</p><pre>\nA   1\n  B {{plan}}\n</pre><p>Bye\nbye</p>").ShouldBe("Your order of today\n\nA   1\n  B gold\n\nBye bye");

    [Theory]
    [InlineData("{{{block}}}", "Only today: 20 % off (https://x.example/a)\n\n- one"), InlineData("<p>Hi {{plan}}</p>{{{block}}}", "Hi gold\n\nOnly today: 20 % off (https://x.example/a)\n\n- one")]
    [InlineData("<table>{{#if plan}}<tr><td>{{{block}}}</td></tr>{{/if}}</table>", "Only today: 20 % off (https://x.example/a)\n\n- one"), InlineData("<p>{{block}}</p>", "<p>Only <b>today</b>: <a href=\"https://x.example/a\">20 % off</a></p><ul><li>one</ul>")]
    public void takes_the_tags_off_that_a_field_brings(string html, string expected) => Derived(
        html, new Dictionary<string, string?> { ["plan"] = "gold", ["block"] = "<p>Only <b>today</b>: <a href=\"https://x.example/a\">20 % off</a></p><ul><li>one</ul>" }).ShouldBe(expected);

    [Theory]
    [InlineData("<img src=x usemap=#m alt=\"Map\"><map name=m><area href=\"https://a.example\" alt=\"North\"><area href=\"https://b.example/{{plan}}\"><area nohref alt=\"Sea\"></map>Hi",
        "Map\n\nNorth (https://a.example)\nhttps://b.example/gold\nSea\nHi")]
    [InlineData("<details><summary>More</summary>Text</details>Hi", "More\nText\nHi"), InlineData("<dl><dt>A</dt><dd>1</dd><dt>B</dt><dd>2</dd></dl>", "A\n1\n\nB\n2")]
    [InlineData("<figure><img alt=\"Shop\"><figcaption>Our shop</figcaption></figure>Hi", "Shop\nOur shop\n\nHi"), InlineData("<fieldset><legend>Address</legend>Bern</fieldset>", "Address\nBern")]
    [InlineData("<table><caption>Prices</caption><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "Prices\n\nA B\n1 2"), InlineData("<select><option>S</option><option>M</option></select>", "S\nM")]
    public void keeps_blocks_apart(string html, string expected) => Derived(html).ShouldBe(expected);

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

    static string Derived(string html, Dictionary<string, string?>? fields = null)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", html, null), out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!.Render(fields ?? Gold).ShouldBeOfType<Rendered>().Text!;
    }
}
