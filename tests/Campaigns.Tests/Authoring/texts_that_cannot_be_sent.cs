using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;
using Campaigns.Recipients;

namespace Campaigns.Tests.Authoring;

public sealed class texts_that_cannot_be_sent
{
    static readonly Dictionary<string, string?> Ann = new() { ["first_name"] = "Ann", ["story"] = new string('b', 1_500) };

    [Fact]
    public void are_refused_at_save_where_everybody_would_get_too_much()
    {
        Refusal(new string('a', 1_601)).ShouldBe("template-invalid");
        Refusal(new string('a', 1_590) + "{{first_name}} " + new string('a', 11)).ShouldBe("template-invalid");
        Refusal(new string('a', 1_601) + "{{#if first_name}}b{{/if}}").ShouldBe("template-invalid");
        Refusal(new string('a', 1_600)).ShouldBeNull();
        Refusal("{{#if first_name}}" + new string('a', 1_601) + "{{/if}}").ShouldBeNull("not everybody gets it");
        var (tooLong, fits) = (new string('a', 1_601), new string('b', 1_500));
        Refusal("{{#if first_name}}" + tooLong + "{{else}}" + tooLong + "{{/if}}").ShouldBe("template-invalid");
        Refusal("{{#if first_name}}" + tooLong + "{{else}}{{#if city}}" + tooLong + "{{else}}" + fits + "{{/if}}" + fits + "{{/if}}").ShouldBe("template-invalid");
        Refusal("{{#if first_name}}" + tooLong + "{{else}}" + fits + "{{/if}}").ShouldBeNull();
        Refusal("{{#if first_name}}" + tooLong + "{{else if city}}" + tooLong + "{{/if}}").ShouldBeNull("who has neither gets nothing of it");

        static string? Refusal(string sms) => CreateTemplateHandler.Decide(new TemplateContent("t", Sms: sms), Template.Initial).Refusal?.Code;
    }

    [Theory]
    [InlineData("{{#if nope}}a{{/if}}", "text-empty")]
    [InlineData("{{insert nope}}", "text-empty")]
    [InlineData(" {{insert nope \"default= \"}}\n", "text-empty")]
    [InlineData("{{story}}{{story}}", "text-too-long")]
    public void fail_as_text_messages_before_they_are_handed_over(string sms, string code) =>
        Compile(new TemplateContent("t", Sms: sms)).Render(Ann, Channel.Sms).ShouldBeOfType<Unrenderable>().Code.ShouldBe(code);

    [Fact]
    public void are_no_shorter_than_1601_characters() =>
        Compile(new TemplateContent("t", Sms: "{{story}}" + new string('a', 100))).Render(Ann, Channel.Sms).ShouldBeOfType<RenderedText>().Body.Length.ShouldBe(1_600);

    [Theory]
    [InlineData("{{insert nope}}", "<p>Hi</p>", null, "subject-empty")]
    [InlineData("{{#if nope}}a{{/if}} ", null, "Hi", "subject-empty")]
    [InlineData("Hi", null, "{{#if nope}}a{{/if}}", "body-empty")]
    [InlineData("Hi", "<p>{{insert nope}}</p>", null, "body-empty"), InlineData("Hi", "<p></p>", null, "body-empty"), InlineData("Hi", "<p>&nbsp;</p><div><br></div><!-- x -->", null, "body-empty")]
    [InlineData("Hi", "{{insert nope}}", "{{insert nope}}", "body-empty")]
    public void fail_as_e_mails_before_they_are_handed_over(string subject, string? html, string? text, string code) =>
        Compile(new TemplateContent("t", subject, html, text)).Render(Ann).ShouldBeOfType<Unrenderable>().Code.ShouldBe(code);

    [Fact]
    public void have_codes_that_are_known_as_never_handed_over()
    {
        foreach (var code in (string[])["unrenderable", "subject-empty", "body-empty", "text-empty", "text-too-long", "missing-variables"])
        {
            Unrenderable.Codes.ShouldContain(code);
        }
    }

    static CompiledTemplate Compile(TemplateContent content)
    {
        TemplateRenderer.TryCompile(content, out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!;
    }
}
