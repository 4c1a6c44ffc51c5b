using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;
using Campaigns.Recipients;

namespace Campaigns.Tests.Authoring;

public sealed class rendering_a_template
{
    static readonly Dictionary<string, string?> Ann = new()
    {
        ["first_name"] = "Ann <b> & \"é\"", ["last_name"] = null, ["company"] = "", ["age"] = "30", ["plan"] = "gold", ["joined"] = "2026-03-09T17:05:00Z",
    };

    [Fact]
    public void that_cannot_be_filled_says_why()
    {
        Unusable("{{formatDate first \"YYYY\" \"-1200\"}}").ShouldContain("time");
        Unusable("{{#each this}}" + new string('x', 900_000) + "{{/each}}").ShouldContain("longer than 4000000 characters");
        Unusable("{{multiply a \"79228162514264337593543950335\" 10}}")
            .ShouldBe("The product of 1 and 79228162514264337593543950335 and 10 is too large: it has at most 28 digits.");
        Unusable("{{money first \"EUR\"}}").ShouldContain("'0001-01-01T00:00:00Z' is no number");

        static string Unusable(string html)
        {
            var template = Compile(new TemplateContent("t", "s", html, null));
            var fields = new Dictionary<string, string?> { ["a"] = "1", ["b"] = "2", ["c"] = "3", ["d"] = "4", ["first"] = "0001-01-01T00:00:00Z" };
            return template.Render(fields).ShouldBeOfType<Unrenderable>().Why;
        }
    }

    [Fact]
    public void escapes_in_html_only()
    {
        var rendered = Render(new TemplateContent("t", "Hi {{first_name}}", "<p>Hi {{first_name}} {{{first_name}}}</p>", "Hi {{first_name}}"));

        rendered.Subject.ShouldBe("Hi Ann <b> & \"é\"");
        rendered.Html.ShouldBe("<p>Hi Ann &lt;b&gt; &amp; &quot;é&quot; Ann <b> & \"é\"</p>");
        rendered.Text.ShouldBe("Hi Ann <b> & \"é\"");
    }

    [Theory]
    [InlineData("{{#if company}}at {{company}}{{else}}no company{{/if}}", "no company")]
    [InlineData("{{#unless company}}none{{/unless}}", "none")]
    [InlineData("{{insert company \"default=your company\"}}", "your company")]
    [InlineData("{{insert nickname}}", "")]
    [InlineData("{{insert age \"default=0\"}}", "30")]
    [InlineData("{{#equals plan \"gold\"}}G{{else}}-{{/equals}}", "G")]
    [InlineData("{{#equals age 30}}30{{/equals}}", "30")]
    [InlineData("{{#notEquals plan \"gold\"}}N{{else}}G{{/notEquals}}", "G")]
    [InlineData("{{#greaterThan age 18}}adult{{else}}minor{{/greaterThan}}", "adult")]
    [InlineData("{{#lessThan age 18}}minor{{else}}adult{{/lessThan}}", "adult")]
    [InlineData("{{#lessThan nickname 18}}minor{{else}}unknown{{/lessThan}}", "unknown")]
    [InlineData("{{#and plan company}}both{{else}}not both{{/and}}", "not both")]
    [InlineData("{{#or plan company}}one{{/or}}", "one")]
    [InlineData("{{#if (equals plan \"gold\")}}G{{/if}}", "G")]
    [InlineData("{{#equals plan \"silver\"}}S{{else if company}}C{{else}}X{{/equals}}", "X")]
    [InlineData("{{#each nothing}}x{{/each}}", "")]
    [InlineData("{{length plan}}", "4")]
    [InlineData("{{formatDate joined \"DD.MM.YYYY HH:mm\"}}", "09.03.2026 17:05")]
    [InlineData("{{formatDate joined \"MMMM D, YYYY h:mm A\" \"-0800\"}}", "March 9, 2026 9:05 AM")]
    [InlineData("{{formatDate joined \"D\"}}", "9")]
    [InlineData("{{! not seen {{}}", "")]
    [InlineData(@"\{{plan}}", "{{plan}}")]
    public void knows_the_helpers_of_sendgrid(string text, string expected) =>
        Render(new TemplateContent("t", "s", null, text + ".")).Text.ShouldBe(expected + ".");

    [Fact]
    public void is_refused_naming_every_missing_variable_once()
    {
        var content = new TemplateContent("t", "{{nickname}}", "{{first_name}} {{last_name}} {{company}} {{nickname}}", "{{#if plan}}{{city}}{{/if}}{{#if no}}{{never}}{{/if}}");

        Compile(content).Render(Ann).ShouldBeOfType<MissingVariables>().Names.ShouldBe(["nickname", "last_name", "company", "city"]);
    }

    [Fact]
    public void forgets_what_was_missing_in_the_rendering_before()
    {
        var template = Compile(new TemplateContent("t", "{{city}}", null, null));

        template.Render(Ann).ShouldBeOfType<MissingVariables>();
        template.Render(new Dictionary<string, string?> { ["city"] = "Bern" }).ShouldBe(new Rendered("Bern", null, null));
    }

    [Fact]
    public void keeps_the_subject_one_line() =>
        Compile(new TemplateContent("t", "Hi {{name}}!", null, null)).Render(new Dictionary<string, string?> { ["name"] = "Ann\r\nBcc: all@example.com" })
            .ShouldBeOfType<Rendered>().Subject.ShouldBe("Hi Ann Bcc: all@example.com!");

    [Fact]
    public void keeps_control_characters_out_of_the_subject() =>
        Compile(new TemplateContent("t", "Hi {{name}}\u0007!", null, null)).Render(new Dictionary<string, string?> { ["name"] = "Ann\u0001\u0085Lee" })
            .ShouldBeOfType<Rendered>().Subject.ShouldBe("Hi Ann Lee !");

    [Fact]
    public void derives_the_text_where_there_is_only_html()
    {
        const string html = """
            <html><head><title>no</title><style>p { color: red }</style></head><body>
            <h1>Hello {{first_name}},</h1>
            <p>{{#if plan}}you have <b>{{plan}}</b>{{/if}} &amp; more.</p><!-- {{plan}} -->
            <ul><li>one</li><li>two</li></ul>
            <a href="https://example.com/?a=1&amp;b={{age}}">Look</a><br>Bye
            </body></html>
            """;

        var rendered = Render(new TemplateContent("t", "s", html, null));

        rendered.Text.ShouldBe("Hello Ann <b> & \"é\",\n\nyou have gold & more.\n\n- one\n- two\nLook (https://example.com/?a=1&b=30)\nBye");
    }

    [Fact]
    public void derives_the_text_also_where_a_block_begins_inside_a_tag()
    {
        var rendered = Render(new TemplateContent("t", "s", "<p class=\"{{#if plan}}a\">gold{{else}}b\">poor{{/if}}</p>", null));

        rendered.Text.ShouldBe("gold");
    }

    [Theory]
    [InlineData("Hi {{first_name", "subject, line 1, column 4: the expression is not closed by }}.")]
    [InlineData("{{#if a}}x", "subject, line 1, column 1: {{#if}} is never closed.")]
    [InlineData("x {{/if}}", "subject, line 1, column 3: {{/if}} closes nothing.")]
    [InlineData("{{#if a}}x{{/each}}", "subject, line 1, column 11: {{/each}} stands where {{/if}} is expected.")]
    [InlineData("{{else}}", "subject, line 1, column 1: {{else}} stands in no block.")]
    [InlineData("{{}}", "subject, line 1, column 1: the expression is empty.")]
    [InlineData("{{ }}", "subject, line 1, column 1: the expression is empty.")]
    [InlineData("{{#if}}x{{/if}}", "subject, line 1, column 1: if needs 1 argument, and {{#if}} gives 0. Write")]
    [InlineData("{{> footer}}", "subject, line 1, column 1: templates within templates ({{> ...}}) are not known here.")]
    [InlineData("{{shout name}}", "subject, line 1, column 1: there is no helper 'shout'")]
    [InlineData("{{#if (shout name)}}x{{/if}}", "subject, line 1, column 1: there is no helper 'shout'")]
    public void says_what_is_wrong_with_an_expression(string subject, string expected)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", subject, null, null), out _, out var refusal).ShouldBeFalse();

        refusal!.Code.ShouldBe("template-invalid");
        refusal.Explanation.ShouldStartWith(expected);
    }

    [Fact]
    public void says_in_which_line_and_part_a_mistake_is()
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", "<p>\n  {{#equals a}}\n</p>", null), out _, out var refusal).ShouldBeFalse();

        refusal!.Explanation.ShouldBe(
            "html, line 2, column 3: equals needs 2 arguments, and {{#equals a}} gives 1. Write for example {{#equals plan \"gold\"}}...{{/equals}}.");
    }

    [Fact]
    public void does_the_same_on_many_threads_at_once()
    {
        var template = Compile(new TemplateContent("t", "{{name}} {{city}}", null, null));

        Parallel.For(0, 2000, i =>
        {
            var fields = new Dictionary<string, string?> { ["name"] = $"n{i}", ["city"] = i % 2 == 0 ? "Bern" : null };
            var rendering = template.Render(fields);
            if (i % 2 == 0)
            {
                rendering.ShouldBe(new Rendered($"n{i} Bern", null, null));
            }
            else
            {
                rendering.ShouldBeOfType<MissingVariables>().Names.ShouldBe(["city"]);
            }
        });
    }

    static Rendered Render(TemplateContent content) => Compile(content).Render(Ann).ShouldBeOfType<Rendered>();

    [Fact]
    public void writes_a_text_message_from_its_own_text_and_what_that_names_alone()
    {
        var template = Compile(new TemplateContent("t", "Hi {{nickname}}", null, "{{nickname}}", "Hi {{first_name}} & co, {{city}}"));
        template.Render(new Dictionary<string, string?> { ["first_name"] = "Ann", ["city"] = "Zürich" }, Channel.Sms).ShouldBe(new RenderedText("Hi Ann & co, Zürich"));
        template.Render(new Dictionary<string, string?> { ["nickname"] = "Annie" }, Channel.Sms).ShouldBeOfType<MissingVariables>().Names.ShouldBe(["first_name", "city"]);
        template.Render(new Dictionary<string, string?> { ["nickname"] = "Annie" }).ShouldBe(new Rendered("Hi Annie", null, "Annie"));
        TemplateRenderer.TryCompile(new TemplateContent("t", Sms: "{{#if}"), out _, out var refusal).ShouldBeFalse();
        refusal!.Explanation.ShouldStartWith("sms");
    }

    [Fact]
    public void says_what_a_channel_lacks()
    {
        new TemplateContent("t", Sms: "Hi").Lacks(Channel.Sms).ShouldBeNull();
        new TemplateContent("t", Sms: " ").Lacks(Channel.Sms)!.Code.ShouldBe("sms-missing");
        new TemplateContent("t", Sms: "Hi", Text: "Hi").Lacks(Channel.Email)!.Code.ShouldBe("subject-missing");
        new TemplateContent("t", "s", Sms: "Hi").Lacks(Channel.Email)!.Code.ShouldBe("body-missing");
        new TemplateContent("t", "s", Text: "Hi").Lacks(Channel.Email).ShouldBeNull();
    }

    static CompiledTemplate Compile(TemplateContent content)
    {
        TemplateRenderer.TryCompile(content, out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!;
    }
}
