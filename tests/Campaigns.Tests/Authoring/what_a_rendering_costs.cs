using System.Diagnostics;
using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;

namespace Campaigns.Tests.Authoring;

public sealed class what_a_rendering_costs
{
    static readonly Dictionary<string, string?> Everything =
        Enumerable.Range(0, 300).ToDictionary(i => $"f{i}", string? (i) => new string('x', 100), StringComparer.Ordinal);

    [Theory]
    [InlineData(7), InlineData(29)]
    public void is_not_multiplied_by_blocks_that_name_what_they_are_about(int levels) =>
        Refused("{{#with this as |r|}}" + Many("{{#r}}", levels) + Many("{{/r}}", levels) + "{{/with}}").ShouldContain("block parameters");

    [Theory]
    [InlineData("{{#this}}", "{{/this}}"), InlineData("{{#.}}", "{{/.}}"), InlineData("{{#@root}}", "{{/@root}}"), InlineData("{{#each this}}", "{{/each}}")]
    [InlineData("{{#each @root}}", "{{/each}}"), InlineData("{{#each ../this}}", "{{/each}}"), InlineData("{{#..}}", "{{/..}}")]
    public void is_not_multiplied_by_loops_in_loops(string open, string close) => 
        Refused("{{#with this}}" + Many(open, 7) + Many(close, 7) + "{{/with}}").ShouldContain("a loop stands in another one");

    [Fact]
    public void is_not_multiplied_by_blocks_about_the_contact() =>
        Compile(Many("{{#with this}}", 29) + "{{f1}}" + Many("{{/with}}", 29)).Render(Everything).ShouldBeOfType<Rendered>();

    [Fact]
    public void counts_brackets_as_expressions() =>
        Refused(Many("{{#if (and a (or b (equals c \"d\")))}}{{/if}}", 600)).ShouldContain("more than 2000 expressions");

    [Fact]
    public void ends_at_so_many_steps_whatever_the_template_writes()
    {
        var inLoop = Compile("{{#each this}}" + Many("{{#if @key}}{{/if}}", 990) + "{{/each}}").Render(Everything);
        inLoop.ShouldBeOfType<Unrenderable>().Why.ShouldContain("more than 200000 steps");
        // Nothing in the loop is looked up or written.
        var idle = Compile("{{#each this}}" + Many("{{#equals 1 2}}a{{/equals}}", 990) + "{{/each}}").Render(Everything);
        idle.ShouldBeOfType<Unrenderable>().Why.ShouldContain("more than 200000 steps");
    }

    [Fact]
    public void is_little_for_a_long_newsletter()
    {
        var newsletter = Compile(Many("<p>{{f1}} {{insert f2 \"default=a\"}}{{#if f3}}b{{/if}}</p>", 400) + "{{#each this}}{{@key}}{{this}}{{/each}}");
        newsletter.Render(Everything).ShouldBeOfType<Rendered>();
    }

    [Fact]
    public void stops_when_nobody_waits_any_more()
    {
        var template = Compile("{{f1}}");
        Should.Throw<OperationCanceledException>(() => template.Render(Everything, ct: new CancellationToken(canceled: true)));

        using var hangingUp = new CancellationTokenSource();
        var looping = Compile("{{#each this}}{{f_none}}{{/each}}".Replace("f_none", "@key", StringComparison.Ordinal) + Many("{{f1}}", 100));
        Should.Throw<OperationCanceledException>(() => looping.Render(new CancellingFields(Everything, hangingUp), ct: hangingUp.Token));
    }

    [Fact]
    public void leaves_the_thread_as_it_was()
    {
        Compile("{{nope}}").Render(Everything).ShouldBeOfType<MissingVariables>();
        Should.Throw<InvalidOperationException>(() => RenderingRun.Current);
    }

    [Fact]
    public void keeps_no_more_compiled_templates_than_so_many_bytes()
    {
        var template = Compile(new string('x', 100_000));
        var kept = new KeptTemplates(template.Bytes * 3);
        var keys = Enumerable.Range(0, 5).Select(i => new TemplateVersion("acme", Some.Id, i)).ToList();
        kept.Add(keys[0], template);
        kept.Add(keys[1], template);
        kept.Add(keys[2], template);
        kept.Find(keys[0]).ShouldBe(template);
        kept.Add(keys[3], template);

        keys.Select(key => kept.Find(key) is not null).ShouldBe([true, false, true, true, false], "the second was not used for the longest time");
        kept.Bytes.ShouldBe(template.Bytes * 3);
        kept.Add(keys[0], template);
        kept.Bytes.ShouldBe(template.Bytes * 3, "known already");
        new KeptTemplates(template.Bytes - 1).Find(keys[0]).ShouldBeNull();
    }

    [Fact]
    public void keeps_nothing_of_what_was_only_looked_at()
    {
        var looked = Look();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        looked.Count(template => template.IsAlive).ShouldBe(0);

        static List<WeakReference> Look() => [.. Enumerable.Range(0, 5).Select(i => new WeakReference(Compile($"{{{{f1}}}} {i} {new string('x', 100_000)}")))];
    }

    static string Refused(string html)
    {
        var watch = Stopwatch.StartNew();
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", html, null), out _, out var refusal).ShouldBeFalse();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5)); // milliseconds of work, on a machine that has other work
        return refusal!.Explanation;
    }

    static string Many(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    static CompiledTemplate Compile(string html)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", html, null), out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!;
    }

    /// <summary>Whoever waits for the rendering hangs up when the first field is asked for.</summary>
    sealed class CancellingFields(Dictionary<string, string?> fields, CancellationTokenSource hangingUp) : IReadOnlyDictionary<string, string?>
    {
        public string? this[string key] => fields[key];

        public IEnumerable<string> Keys => fields.Keys;

        public IEnumerable<string?> Values => fields.Values;

        public int Count => fields.Count;

        public bool ContainsKey(string key) => fields.ContainsKey(key);

        public IEnumerator<KeyValuePair<string, string?>> GetEnumerator()
        {
            hangingUp.Cancel();
            return fields.GetEnumerator();
        }

        public bool TryGetValue(string key, out string? value)
        {
            hangingUp.Cancel();
            return fields.TryGetValue(key, out value);
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
