using Campaigns.Authoring;
using Campaigns.Storage;

namespace Campaigns.Tests.Authoring;

public sealed class writing_a_template
{
    static readonly TemplateContent Spring = new("Spring", "Hi {{first_name}}", "<p>Spring</p>", null);
    static readonly TemplateContent Summer = Spring with { Subject = "Summer" };

    [Fact]
    public void creates_it() => CreateTemplateHandler.Decide(Spring, Template.Initial).Events.ShouldBe([new TemplateCreated(Spring)]);

    [Fact]
    public void creating_it_again_changes_nothing() => CreateTemplateHandler.Decide(Spring, After(new TemplateCreated(Spring))).ShouldBe(Outcome.Nothing);

    [Fact]
    public void revises_it() => ReviseTemplateHandler.Decide(Summer, After(new TemplateCreated(Spring))).Events.ShouldBe([new TemplateRevised(Summer)]);

    [Fact]
    public void revising_it_again_changes_nothing() =>
        ReviseTemplateHandler.Decide(Summer, After(new TemplateCreated(Spring), new TemplateRevised(Summer))).ShouldBe(Outcome.Nothing);

    [Fact]
    public void that_does_not_exist_is_refused() => ReviseTemplateHandler.Decide(Spring, Template.Initial).Refusal!.Kind.ShouldBe(RefusalKind.NotFound);

    [Fact]
    public void that_is_archived_is_refused() =>
        ReviseTemplateHandler.Decide(Summer, After(new TemplateCreated(Spring), new TemplateArchived())).Refusal!.Code.ShouldBe("template-archived");

    [Fact]
    public void archives_it_once()
    {
        ArchiveTemplateHandler.Decide(After(new TemplateCreated(Spring))).Events.ShouldBe([new TemplateArchived()]);
        ArchiveTemplateHandler.Decide(After(new TemplateCreated(Spring), new TemplateArchived())).ShouldBe(Outcome.Nothing);
        ArchiveTemplateHandler.Decide(Template.Initial).Refusal!.Kind.ShouldBe(RefusalKind.NotFound);
    }

    [Theory]
    [InlineData("", "s", "name-missing")]
    [InlineData("n", "two\nlines", "subject-invalid")]
    [InlineData("n", "{{#if", "template-invalid")]
    public void with_unusable_content_is_refused(string name, string subject, string code) =>
        CreateTemplateHandler.Decide(new TemplateContent(name, subject, null, null), Template.Initial).Refusal!.Code.ShouldBe(code);

    [Fact]
    public void that_goes_too_deep_or_too_far_is_refused_before_anything_goes_down_into_it() // a stack that overflows ends the whole process
    {
        Wrong(Many("{{#if a}}", 60_000) + Many("{{/if}}", 60_000)).ShouldContain("blocks stand more than 30 deep");
        // A backslash, and an expression all the same.
        Wrong(Many(@"a\\{{#if a}}", 40_000) + Many(@"\\{{/if}}", 40_000)).ShouldContain("blocks stand more than 30 deep");
        Wrong("{{#if a}}" + Many("{{else if a}}", 1900) + "{{/if}}").ShouldContain("blocks stand more than 30 deep");
        Wrong("{{#if " + Many("(and a ", 100_000) + "b" + Many(")", 100_000) + "}}{{/if}}").ShouldContain("brackets stand more than 30 deep");
        Wrong(Many("{{a}}", 100_000)).ShouldContain("more than 2000 expressions");
        Wrong("{{#each this}}{{#each ../this}}{{/each}}{{/each}}").ShouldContain("a loop stands in another one");
        Wrong("{{#this}}{{#if a}}{{#@root}}{{/@root}}{{/if}}{{/this}}").ShouldContain("a loop stands in another one");
    }

    [Fact]
    public void counts_the_revisions_and_keeps_the_newest_content() =>
        After(new TemplateCreated(Spring), new TemplateRevised(Summer), new TemplateArchived()).ShouldBe(new Template(Summer, 2, true));

    [Fact]
    public void needs_a_body_only_to_send()
    {
        Spring.HasBody.ShouldBeTrue();
        (Spring with { Html = " ", Text = null }).HasBody.ShouldBeFalse();
    }

    static string Wrong(string html) =>
        CreateTemplateHandler.Decide(Spring with { Html = html }, Template.Initial).Refusal.ShouldNotBeNull().Explanation;

    static string Many(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    static Template After(params object[] facts) => facts.Aggregate(Template.Initial, (template, fact) => template.Evolve(fact));
}
