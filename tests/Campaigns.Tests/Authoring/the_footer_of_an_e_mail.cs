using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;
using Campaigns.Tenancy;

namespace Campaigns.Tests.Authoring;

public sealed class the_footer_of_an_e_mail
{
    static readonly Uri Link = new("https://mail.example.com/ours/u/c2VjcmV0LXRva2Vu");
    static readonly OrganisationSettings Acme = new("Müller & Söhne", false, "Etc/UTC", PostalAddress: "Gasse 1\n8000 Zürich");

    [Fact]
    public void says_who_writes_how_to_get_no_more_and_where_they_live()
    {
        var message = Add("<html><body><p>Hello</p></body></html>", "Hello");
        message.Text.ShouldBe(
            $"Hello\n\n-- \nYou receive this e-mail from Müller & Söhne. Unsubscribe: {Link}\nGasse 1\n8000 Zürich\n");
        message.Html!.ShouldStartWith("<html><body><p>Hello</p><div ");
        message.Html.ShouldEndWith("</div></body></html>");
        message.Html.ShouldContain("M&#252;ller &amp; S&#246;hne. <a href=\"" + Link + "\" style=\"color:#666666\">Unsubscribe</a><br>Gasse 1<br>8000 Z&#252;rich");
    }

    [Fact]
    public void stands_at_the_end_of_html_that_has_no_body() => Add("<p>Hello</p>", null).Html!.ShouldMatch("^<p>Hello</p><div .*</div>$");

    [Fact]
    public void is_left_out_of_a_part_that_shows_the_link() =>
        Add($"<a href=\"{Link}\">Stop this</a>", "Hello").ShouldSatisfyAllConditions(
            message => message.Html.ShouldBe($"<a href=\"{Link}\">Stop this</a>"),
            message => message.Text!.ShouldContain("Unsubscribe: " + Link));

    [Fact]
    public void adds_no_part_that_the_message_has_not() => (Add(null, "Hello").Html, Add("<p>Hello</p>", null).Text).ShouldBe((null, null));

    [Theory]
    [InlineData("de", "Sie erhalten diese E-Mail von"), InlineData("de_CH", "Sie erhalten"), InlineData("fr-CH", "Vous recevez"), InlineData("IT", "Ricevi")]
    [InlineData("es", "Recibe"), InlineData("nl", "U ontvangt"), InlineData("pt-BR", "Recebe"), InlineData("tlh", "You receive"), InlineData("", "You receive")]
    public void speaks_the_language_of_the_person(string language, string begins)
    {
        var words = MessageWords.Of(new Dictionary<string, string?> { ["language"] = language }) ?? MessageWords.English;
        Footer.Create(Acme, Link, words).Text.ShouldStartWith(begins);
    }

    [Fact]
    public void is_the_organisations_own_where_it_has_one()
    {
        var own = Acme with { Footer = "<Acme>: {{postal_address}}\nNo more? {{unsubscribe_url}}" };
        var footer = Footer.Create(own, Link, MessageWords.English);
        footer.Text.ShouldBe($"<Acme>: Gasse 1\n8000 Zürich\nNo more? {Link}");
        footer.Html.ShouldContain($"&lt;Acme&gt;: Gasse 1<br>8000 Z&#252;rich<br>No more? <a href=\"{Link}\" style=\"color:#666666\">{Link}</a>");
    }

    [Theory]
    [InlineData("Write to us.", "footer needs {{unsubscribe_url}}"), InlineData("{{unsubscribe_url}} {{first_name}}", "footer knows {{unsubscribe_url}} and")]
    [InlineData("{{unsubscribe_url}}\u0007", "footer is text of at most 2000")]
    public void has_to_show_the_link_and_nothing_that_it_does_not_know(string footer, string why) =>
        (Acme with { Footer = footer }).FooterRefusal!.Explanation.ShouldStartWith(why);

    [Theory]
    [InlineData("<p><a href=\"{{unsubscribe_url}}\">No more</a></p>", false), InlineData("<p>{{unsubscribe_url}}</p>", false), InlineData("<p>Hello</p>", false)]
    [InlineData("<p>Hello</p><!-- {{unsubscribe_url}} -->", true), InlineData("<style>a{content:'{{unsubscribe_url}}'}</style><p>Hello</p>", true)]
    public void is_added_to_html_that_has_the_link_where_nobody_sees_it(string html, bool hides) => Hides(html).ShouldBe(hides);

    [Theory]
    [InlineData("display:none"), InlineData("DISPLAY : NONE !important"), InlineData("color:red;display:none;"), InlineData("visibility:hidden"), InlineData("font-size:0")]
    [InlineData("font-size: 0px"), InlineData("opacity:0"), InlineData("opacity:.0"), InlineData("opacity: 0%"), InlineData("max-height:0;overflow:hidden")]
    [InlineData("max-height:0px;max-width:0px;overflow:hidden"), InlineData("width:0"), InlineData("height:0;overflow:hidden"), InlineData("/* x */display/* y */:none")]
    [InlineData("position:absolute;left:-9999px"), InlineData("position:fixed;top:-1000em"), InlineData("text-indent:-9999px")]
    public void is_added_where_a_style_hides_the_link(string style)
    {
        Hides($"<div style=\"{style}\"><a href=\"{{{{unsubscribe_url}}}}\">out</a></div><p>x</p>").ShouldBeTrue();
        Hides($"<div style='{style}'><p><b><a href=\"{{{{unsubscribe_url}}}}\">out</a></b></p></div>").ShouldBeTrue();
        Hides($"<a style='{style}' href=\"{{{{unsubscribe_url}}}}\">out</a>").ShouldBeTrue();
        Hides($"<a href=\"{{{{unsubscribe_url}}}}\"><span style='{style}'>out</span></a>").ShouldBeTrue();
        Hides($"<p style='{style}'>{{{{unsubscribe_url}}}}</p>").ShouldBeTrue();
        Hides($"<style>p{{margin:0}} .no, i {{ {style} }}</style><p class=no><a href=\"{{{{unsubscribe_url}}}}\">out</a></p>").ShouldBeTrue();
        Hides($"<div style='{style}'><a href=\"{{{{unsubscribe_url}}}}\">out</a></div><a href=\"{{{{unsubscribe_url}}}}\">out</a>").ShouldBeFalse();
    }

    [Theory]
    [InlineData("<p hidden><a href='{{unsubscribe_url}}'>out</a></p>"), InlineData("<a hidden href='{{unsubscribe_url}}'>out</a>"), InlineData("<a href='{{unsubscribe_url}}'></a>")]
    [InlineData("<a href='{{unsubscribe_url}}'> &nbsp;&zwnj;</a>"), InlineData("<a href='{{unsubscribe_url}}'><img width=0 height=0 src=x></a>"), InlineData("<template><a href='{{unsubscribe_url}}'>out</a></template>")]
    [InlineData("<div style='font-size:0'><p style='font-size:100%'><a href='{{unsubscribe_url}}'>out</a></p></div>"), InlineData("<form action='{{unsubscribe_url}}'>x</form>")]
    [InlineData("<a style='color:transparent' href='{{unsubscribe_url}}'>out</a>"), InlineData("<a href='{{unsubscribe_url}}'><b style='color:rgba(0, 0, 0, 0)'>out</b></a>"), InlineData("<p style='color:#ffff'><span style='color:#0000'>{{unsubscribe_url}}</span></p>")]
    [InlineData("<!-- {{unsubscribe_url}} -->{{#if plan}}<a href='{{unsubscribe_url}}'>out</a>{{/if}}"), InlineData("<style>@media print{p{color:red}} p{display:none!important}</style><p style='display:block'><a href='{{unsubscribe_url}}'>out</a></p>")]
    public void is_added_where_the_link_is_hidden_otherwise(string html) => Hides(html).ShouldBeTrue();

    [Theory]
    [InlineData("<div style='font-size:0'><p style='font-size:14px'><a href='{{unsubscribe_url}}'>out</a></p></div>"), InlineData("<div style='font-size:0'><a href='{{unsubscribe_url}}'><img src=x></a></div>")]
    [InlineData("<div style='visibility:hidden'><a style='visibility:visible' href='{{unsubscribe_url}}'>out</a></div>"), InlineData("<div style='opacity:0.5;max-width:600px;height:10px'>{{unsubscribe_url}}</div>")]
    [InlineData("<style>@media (max-width:600px){.wide{display:none}}</style><p class=wide>{{unsubscribe_url}}</p>"), InlineData("<style>.a{display:none}</style><p class=b>{{unsubscribe_url}}</p>")]
    [InlineData("<style>.a{display:none}</style><p class=a style='display:block'>{{unsubscribe_url}}</p>"), InlineData("<table><tr><td style='width:0;height:0'><a href='{{unsubscribe_url}}'>out</a></td></tr></table>")]
    [InlineData("<p style='color:transparent'><a href='{{unsubscribe_url}}'>out</a></p>"), InlineData("<p style='color:rgba(0,0,0,.5);text-indent:-20px;left:-9999px'>{{unsubscribe_url}}</p>"), InlineData("<a style='color:transparent' href='{{unsubscribe_url}}'><img src=x></a>")]
    [InlineData("<div style='display:none'>preheader</div><a href='{{unsubscribe_url}}'>out</a>"), InlineData("{{#if plan}}<a href='{{unsubscribe_url}}'>out</a>{{/if}}"), InlineData("<a href='{{unsubscribe_url}}'>{{insert plan}}</a>")]
    [InlineData("<style>}{ .a:nonsense( {display:none} p::::x{display:none} <!-- </style><p>{{unsubscribe_url}}</p>"), InlineData("<p {{#if plan}}hidden{{/if}}>{{unsubscribe_url}}</p>")]
    public void is_left_out_where_the_link_is_seen_or_may_be(string html) => Hides(html).ShouldBeFalse();

    static bool Hides(string html)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", html, "text"), out var template, out _).ShouldBeTrue();
        return template!.HidesUnsubscribe;
    }

    [Fact]
    public void fields_of_the_letterhead_are_none_that_a_loop_over_the_contact_finds()
    {
        TemplateRenderer.TryCompile(
            new TemplateContent("t", "s", null, "{{#each this}}{{@key}} {{/each}}{{unsubscribe_url}}"), out var template, out _).ShouldBeTrue();
        var fields = Footer.Complete(new Dictionary<string, string?> { ["first_name"] = "Ada", ["unsubscribe_url"] = "https://else.example" }, Acme, Link);
        template!.Render(fields).ShouldBeOfType<Rendered>().Text.ShouldBe($"first_name {Link}");
    }

    static Rendered Add(string? html, string? text) =>
        Footer.Create(Acme, Link, MessageWords.English).AddTo(new Rendered("An offer", html, text), Link, hidesLink: false);
}
