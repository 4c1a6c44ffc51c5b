using System.Text.RegularExpressions;
using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;
using Campaigns.Recipients;
using Xunit.Abstractions;

namespace Campaigns.Tests.Authoring;

public sealed partial class generated_templates(ITestOutputHelper output)
{
    // What contacts have, with names as helpers have and texts that mean something to somebody.
    static readonly string[] Names = ["first_name", "plan", "price", "joined", "length", "with", "if", "value", "first", "straße", "2nd", "key", "count"];

    static readonly string[] Values =
        ["Ann", "gold", "19.90", "2026-03-09T17:05:00Z", "{{plan}}", "<b>", "a\r\nb", "\"x\"", " ", "", "-5", "1e400", "99999999999999999999999999999", "é😀", "\ue0001\ue001", "C:\\"];

    static readonly string[] Words =
        [
            .. Names, .. TemplateHelpers.Known.Keys, "this", ".", "..", "@root", "@key", "@index", "@foo", "../plan", "this.plan", "this/plan", "@root.plan", "[plan]", "[a b]",
            "plan.Length", "Plan", "firstName", "null", "true", "undefined", "else", "as", "|r|", "\"gold\"", "'gold'", "“gold”", "&quot;gold&quot;", "\"default=x\"", "default=x",
            "x=1", "12", "-1.5", "12a", "(equals plan \"gold\")", "(length plan)", "(multiply price 2)", "(lookup this plan)", "(plan)", "(", ")", "\"EUR\"", "\"de-DE\"", "\"DD.MM.YYYY\"",
            "helperMissing", "blockHelperMissing", "*inline", ">", "~", "!", "&", "\"", "'", "[", "]", "\\", "=", "GetType", "Keys", "Count", "toString", "\u200b", "{", "}",
        ];

    static readonly string[] Texts = ["Dear ", " & ", "<p>", "</p>", "<a href=\"", "\">", "</a>", "<table><tr><td>", "<!--", "-->", "<style>", "</style>", "\n", "\\", "}", "x", "<img alt='"];

    [GeneratedRegex(@"HandlebarsDotNet|System\.|Campaigns\.|Dictionary|Collection|RecipientFields|MissingValue|Undefined|\[object|`\d")]
    private static partial Regex ClassName();

    [Fact]
    public void are_refused_at_save_or_give_everybody_a_text_that_somebody_wrote()
    {
        var seed = Seed.Of(output);
        var random = new Random(seed);
        var (refused, rendered) = (0, 0);
        for (var i = 0; i < 2_500; i++)
        {
            var (html, text) = (Template(random), Template(random).Replace("{{plan}}", "{{price}}", StringComparison.Ordinal));
            if (!TemplateRenderer.TryCompile(new TemplateContent("t", "Hi", html, i % 2 == 0 ? text : null, text.Length > 400 ? null : text), out var template, out var refusal))
            {
                refusal.Code.ShouldBe("template-invalid");
                refused++;
                continue;
            }

            for (var contact = 0; contact < 3; contact++)
            {
                var fields = Names.ToDictionary(name => name, string? (_) => random.Next(3) == 0 ? null : random.GetItems(Values, 1)[0], StringComparer.Ordinal);
                foreach (var written in Written(template.Render(fields)).Concat(Written(template.Render(fields, Channel.Sms))))
                {
                    rendered++;
                    ClassName().IsMatch(written).ShouldBeFalse($"seed {seed}, template {i}: {html} | {text} gave {written}");
                    // Braces come from fields, or were text in the template.
                    var allowed = fields.Values.Any(value => value?.Contains("{{", StringComparison.Ordinal) == true) || html.Contains('\\') || text.Contains('\\');
                    (allowed || !written.Contains("{{", StringComparison.Ordinal)).ShouldBeTrue($"seed {seed}, template {i}: {html} | {text} gave {written}");
                }
            }
        }

        output.WriteLine($"{refused} refused, {rendered} texts");
        refused.ShouldBeGreaterThan(1_000);
        rendered.ShouldBeGreaterThan(1_000);
    }

    static IEnumerable<string> Written(Rendering rendering) => rendering switch
    {
        Rendered message => new[] { message.Subject, message.Html, message.Text }.OfType<string>(),
        RenderedText text => [text.Body],
        _ => [],
    };

    static string Template(Random random, int depth = 0)
    {
        var parts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(10) switch
        {
            < 3 => random.GetItems(Texts, 1)[0],
            < 5 => $"{{{{{random.GetItems(Names, 1)[0]}}}}}",
            < 7 => Call(random, HelperUse.Value),
            < 8 when depth < 4 => Block(random, depth),
            < 9 when random.Next(4) == 0 => $"{{{{{string.Join(' ', random.GetItems(Words, random.Next(1, 5)))}}}}}",
            _ => "y",
        });
        return string.Concat(parts);
    }

    // Most calls are as they should be: a template has to come through the check to show anything.
    static string Call(Random random, HelperUse use)
    {
        var helper = random.GetItems(TemplateHelpers.Known.Values.Where(helper => helper.Use == use).ToArray(), 1)[0];
        var arguments = Enumerable.Range(0, random.Next(helper.Least, helper.Most + 1)).Select(place => random.Next(25) == 0
            ? random.GetItems(Words, 1)[0]
            : helper.Argument(place) switch
            {
                HelperArgument.Fixed or HelperArgument.Literal => helper.Name switch
                {
                    "money" => place == 1 ? "\"EUR\"" : "\"de-DE\"",
                    "round" => "2",
                    "formatDate" => place == 1 ? "\"DD.MM.YYYY\"" : "\"+0100\"",
                    _ => "\"default=x\"",
                },
                HelperArgument.Place => "this",
                _ => place == 0 ? random.GetItems(Names[..9], 1)[0] : helper.Name == "multiply" ? "2" : "\"gold\"",
            });
        return use == HelperUse.Value ? $"{{{{{helper.Name} {string.Join(' ', arguments)}}}}}" : $"{helper.Name} {string.Join(' ', arguments)}";
    }

    static string Block(Random random, int depth)
    {
        var call = random.Next(4) == 0 ? random.GetItems(["each this", "with plan", "with this", "plan", "if plan", "unless nope"], 1)[0] : Call(random, HelperUse.Condition);
        var otherwise = random.Next(2) == 0 ? "{{else}}" + Template(random, depth + 1) : "";
        return $"{{{{#{call}}}}}{Template(random, depth + 1)}{otherwise}{{{{/{call.Split(' ')[0]}}}}}";
    }
}
