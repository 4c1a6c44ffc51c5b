using Campaigns.Authoring;
using Campaigns.Engine.Events;

namespace Campaigns.Tests.Authoring;

public sealed class writing_a_template
{
    static readonly TemplateContent Spring = new("Spring", "Hi {{first_name}}", "<p>Spring</p>", null);
    static readonly TemplateContent Summer = Spring with { Subject = "Summer" };

    [Fact]
    public void creates_it() => CreateTemplate.Decide(Spring, Template.Initial).Events.ShouldBe([new TemplateCreated(Spring)]);

    [Fact]
    public void creating_it_again_changes_nothing() => CreateTemplate.Decide(Spring, After(new TemplateCreated(Spring))).ShouldBe(Outcome.Nothing);

    [Fact]
    public void revises_it() => ReviseTemplate.Decide(Summer, After(new TemplateCreated(Spring))).Events.ShouldBe([new TemplateRevised(Summer)]);

    [Fact]
    public void revising_it_again_changes_nothing() =>
        ReviseTemplate.Decide(Summer, After(new TemplateCreated(Spring), new TemplateRevised(Summer))).ShouldBe(Outcome.Nothing);

    [Fact]
    public void that_does_not_exist_is_refused() => ReviseTemplate.Decide(Spring, Template.Initial).Refusal!.Kind.ShouldBe(RefusalKind.NotFound);

    [Fact]
    public void that_is_archived_is_refused() =>
        ReviseTemplate.Decide(Summer, After(new TemplateCreated(Spring), new TemplateArchived())).Refusal!.Code.ShouldBe("template-archived");

    [Fact]
    public void archives_it_once()
    {
        ArchiveTemplate.Decide(After(new TemplateCreated(Spring))).Events.ShouldBe([new TemplateArchived()]);
        ArchiveTemplate.Decide(After(new TemplateCreated(Spring), new TemplateArchived())).ShouldBe(Outcome.Nothing);
        ArchiveTemplate.Decide(Template.Initial).Refusal!.Kind.ShouldBe(RefusalKind.NotFound);
    }

    [Theory]
    [InlineData("", "s", "name-missing")]
    [InlineData("n", "two\nlines", "subject-invalid")]
    [InlineData("n", "{{#if", "template-invalid")]
    public void with_unusable_content_is_refused(string name, string subject, string code) =>
        CreateTemplate.Decide(new TemplateContent(name, subject, null, null), Template.Initial).Refusal!.Code.ShouldBe(code);

    [Theory]
    [InlineData("{{#if a}}", "{{/if}}")]
    [InlineData(@"a\\{{#if a}}", @"\\{{/if}}")] // a backslash, and an expression all the same
    public void whose_blocks_stand_in_each_other_without_end_is_refused(string open, string close) =>
        CreateTemplate.Decide(Deep(open, close), Template.Initial).Refusal!.Explanation.ShouldContain("50 deep");

    [Fact]
    public void whose_brackets_stand_in_each_other_without_end_is_refused() =>
        CreateTemplate.Decide(Deep("(", ")") with { Html = $"{{{{#if {new string('(', 50_000)}a{new string(')', 50_000)}}}}}{{{{/if}}}}" }, Template.Initial)
            .Refusal!.Explanation.ShouldContain("50 deep");

    static TemplateContent Deep(string open, string close) => Spring with
    {
        Html = string.Concat(Enumerable.Repeat(open, 40_000)) + string.Concat(Enumerable.Repeat(close, 40_000)),
    };

    [Fact]
    public void counts_the_revisions_and_keeps_the_newest_content() =>
        After(new TemplateCreated(Spring), new TemplateRevised(Summer), new TemplateArchived()).ShouldBe(new Template(Summer, 2, true));

    [Fact]
    public void needs_a_body_only_to_send()
    {
        Spring.HasBody.ShouldBeTrue();
        (Spring with { Html = " ", Text = null }).HasBody.ShouldBeFalse();
    }

    static Template After(params object[] facts) => facts.Aggregate(Template.Initial, (template, fact) => template.Apply(fact));
}
