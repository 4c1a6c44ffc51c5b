using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;

namespace Campaigns.Tests.Authoring;

public sealed class checking_a_template
{
    [Theory]
    [InlineData("{{insert first_name “default=Friend”}}", "'“'")]
    [InlineData("{{insert first_name ”default=Friend”}}", "'”'")]
    [InlineData("{{insert first_name „default=Friend“}}", "'„'")]
    [InlineData("{{insert first_name «default=Friend»}}", "'«'")]
    [InlineData("{{insert first_name ‘default=Friend’}}", "'‘'")]
    [InlineData("{{insert f “Friend”}}", "'“'")]
    [InlineData("{{#equals plan “Gold”}}a{{/equals}}", "'“'")]
    [InlineData("{{#if (equals plan ‘Gold’)}}a{{/if}}", "'‘'")]
    [InlineData("{{formatDate joined ＂DD.MM＂}}", "'＂'")]
    [InlineData("{{insert first_name &quot;default=Friend&quot;}}", "&quot;")]
    [InlineData("{{#if (equals plan &quot;Gold&quot;)}}a{{/if}}", "&quot;")]
    [InlineData("{{insert first_name &#39;default=Friend&#39;}}", "&quot;")]
    [InlineData("{{insert first_name &apos;default=Friend&apos;}}", "&quot;")]
    public void refuses_quotes_that_are_none_and_asks_for_straight_ones(string text, string named)
    {
        var wrong = Wrong(text);
        wrong.ShouldContain(named);
        wrong.ShouldContain("Write");
    }

    [Theory]
    [InlineData("{{insert f default=Friend}}", "default")]
    [InlineData("{{insert f default=\"Friend\"}}", "default")]
    [InlineData("{{insert x=1}}", "x")]
    [InlineData("{{formatDate d format=\"DD.MM\"}}", "format")]
    [InlineData("{{length f=1}}", "f")]
    [InlineData("{{#if plan=\"Gold\"}}Y{{else}}N{{/if}}", "plan")]
    [InlineData("{{#if nope='x'}}Y{{/if}}", "nope")]
    [InlineData("{{#if a includeZero=true}}Y{{/if}}", "includeZero")]
    [InlineData("{{#unless x=1}}Y{{/unless}}", "x")]
    [InlineData("{{#each x=1}}Y{{/each}}", "x")]
    [InlineData("{{#if (equals a x=1)}}Y{{/if}}", "x")]
    [InlineData("{{first_name default=\"you\"}}", "default")]
    [InlineData("{{#if a}}{{else if b=1}}Y{{/if}}", "b")]
    public void refuses_named_arguments_which_no_helper_takes(string text, string name) => Wrong(text).ShouldContain($"a named argument, '{name}='");

    [Theory]
    [InlineData("{{insert f default}}", "Write \"default\"")]
    [InlineData("{{insert f Friend}}", "Write \"Friend\"")]
    [InlineData("{{insert f last_name}}", "Write \"last_name\"")]
    [InlineData("{{#equals plan Gold}}Y{{/equals}}", "\"Gold\" for the text")]
    [InlineData("{{#equals plan gold}}Y{{/equals}}", "Write \"gold\" for the text, this.gold for the field")]
    [InlineData("{{#if (greaterThan age limit)}}Y{{/if}}", "this.limit")]
    [InlineData("{{formatDate joined DD.MM}}", "Write \"DD.MM\"")]
    [InlineData("{{formatDate joined yyyy}}", "Write \"yyyy\"")]
    [InlineData("{{money price EUR}}", "Write \"EUR\"")]
    [InlineData("{{firstName}}", "Write first_name")]
    [InlineData("{{FIRST-NAME}}", "Write first_name")]
    [InlineData("{{[First Name]}}", "Write first_name")]
    [InlineData("{{contact.first_name}}", "Write first_name")]
    [InlineData("{{#if user.plan}}Y{{/if}}", "Write plan")]
    [InlineData("{{first_name.length}}", "have no parts")]
    [InlineData("{{first_name|upper}}", "Write first_name")]
    [InlineData("{{2nd_plan}}", "Write {{this.2nd_plan}}"), InlineData("{{2nd-plan}}", "Write {{this.2nd_plan}}"), InlineData("{{[2nd Plan]}}", "Write this.2nd_plan")]
    [InlineData("{{insert 2nd_name}}", "a field as [2nd_name]")]
    [InlineData("{{null}}", "this.null")]
    [InlineData("{{#if true}}Y{{/if}}", "always the same")]
    [InlineData("{{#if \"plan\"}}Y{{/if}}", "always the same")]
    [InlineData("{{insert \"first_name\"}}", "always the same")]
    public void refuses_words_that_are_no_field_and_no_literal(string text, string remedy) => Wrong(text).ShouldContain(remedy);

    [Theory]
    [InlineData("Dear *|FNAME|*", "'*|FNAME|*' is a merge tag of another program", "Write {{first_name}}"), InlineData("*|UNSUB|*", "'*|UNSUB|*'", "Write {{unsubscribe_url}}")]
    [InlineData("|*FNAME*|", "'|*FNAME*|'", "Write {{first_name}}"), InlineData("Dear [[first_name]],", "'[[first_name]]'", "Write {{first_name}}"), InlineData("[[ First Name ]]", "'[[ First Name ]]'", "Write {{first_name}}")]
    [InlineData("##VORNAME##", "'##VORNAME##'", "Write {{first_name}}"), InlineData("<p>@@Surname@@</p>", "'@@Surname@@'", "Write {{last_name}}"), InlineData("[[Home]] and [[Vorname]]", "'[[Vorname]]'", "Write {{first_name}}"), InlineData("%%FIRST NAME%%", "'%%FIRST NAME%%'", "Write {{first_name}}")]
    [InlineData("#{first_name}", "'#{first_name}'", "Write {{first_name}}")]
    [InlineData("*|IF:PLAN|*a*|END:IF|*", "'*|IF:PLAN|*'", "Write a condition as {{#if plan}}"), InlineData("%%first_name%%", "'%%first_name%%'", "Write {{first_name}}"), InlineData("%%=v(@name)=%%", "%%=v(@name)=%%", "Write {{name}}")]
    [InlineData("{% if plan %}a{% endif %}", "'{% if plan %}'", "Write a condition"), InlineData("<%= user.firstName %>", "'<%= user.firstName %>'", "Write {{first_name}}"), InlineData("&lt;%= city %&gt;", "city", "Write {{city}}")]
    [InlineData("{!Contact.FirstName}", "'{!Contact.FirstName}'", "Write {{first_name}}"), InlineData("Dear {first_name}},", "'{first_name}}' lacks a brace", "Write {{first_name}}")]
    [InlineData("{ city }}", "'{ city }}' lacks a brace", "Write {{city}}"), InlineData("{#if plan}}a", "'{#if plan}}' lacks a brace", "Write a condition"), InlineData("{insert city \"default=x\"}}", "lacks a brace", "Write it as {{insert")]
    [InlineData("&#123;&#123;first_name&#125;&#125;", "has its braces encoded", "Write {{first_name}}"), InlineData("<a href=\"https://x.example/?e=%7B%7Bemail%7D%7D\">x</a>", "'%7B%7Bemail%7D%7D' has its braces encoded", "Write {{email}}")]
    [InlineData("&lcub;&lcub; city &rcub;&rcub;", "encoded", "Write {{city}}"), InlineData("&#123;&#123;city}}", "encoded", "Write {{city}}")]
    public void refuses_tags_of_other_programs_and_broken_ones(string text, string named, string remedy)
    {
        var wrong = Wrong(text);
        wrong.ShouldContain(named);
        wrong.ShouldContain(remedy);
    }

    [Theory]
    [InlineData("{{first_name} and {{city}}"), InlineData("{{first_name}"), InlineData("{{{{first_name}}}}"), InlineData("{{{first_name}}")]
    public void refuses_braces_that_do_not_match(string text) => Wrong(text).ShouldNotBeEmpty();

    [Theory]
    [InlineData("{name} [NAME] %NAME% ${name} $name"), InlineData("100%% sure, 50%% off or 60%%"), InlineData("5*|x|"), InlineData("#NAME# ##Offers## &##x; [[Home]] [[nodiscard]] %%SUMMER SALE%% |*NEW*| @@city@@"), InlineData("[1] [[1]] <![CDATA[x]]> a[b[0]]"), InlineData("a@@b"), InlineData("100%% sure of 60%% off"), InlineData("a#{b"), InlineData("\\{{first_name}}"), InlineData("https://x.example/?q=%7Ba%7D")]
    [InlineData("<style>@media print{.a{color:red}}@media screen{.b{margin:0}}</style>"), InlineData("<script type=\"application/ld+json\">{\"a\":{\"b\":\"c\"}}</script>"), InlineData("x < 5% and > 3%")]
    [InlineData("{{! a comment with *|FNAME|* }}"), InlineData("<!--[if mso]><p>x</p><![endif]-->")]
    public void leaves_what_may_be_meant_as_it_stands(string text) =>
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", text, null), out _, out var refusal).ShouldBeTrue(refusal?.Explanation);

    [Theory]
    [InlineData("{{#greaterThan plan \"gold\"}}Y{{/greaterThan}}", "'gold' is neither a number nor a date"), InlineData("{{#if (lessThan price \"1,234\")}}Y{{/if}}", "'1,234' is neither")]
    [InlineData("{{#lessThan joined \"01.03.2026\"}}Y{{/lessThan}}", "'01.03.2026' is neither"), InlineData("{{#greaterThan age true}}Y{{/greaterThan}}", "'true' is neither")]
    [InlineData("{{#greaterThan \"2026-03-01\" 5}}Y{{/greaterThan}}", "a number and a date cannot be compared"), InlineData("{{#greaterThan (equals a \"b\") 5}}Y{{/greaterThan}}", "equals in")]
    public void refuses_comparisons_that_can_never_be_made(string text, string named) => Wrong(text).ShouldContain(named);

    [Theory]
    [InlineData("{{length}}", "{{this.length}}")]
    [InlineData("{{[length]}}", "{{this.length}}")]
    [InlineData("{{with}}", "{{this.with}}")]
    [InlineData("{{if}}", "{{this.if}}")]
    [InlineData("{{and}}", "{{this.and}}")]
    [InlineData("{{or}}", "{{this.or}}")]
    [InlineData("{{insert}}", "{{this.insert}}")]
    [InlineData("{{each}}", "{{this.each}}")]
    [InlineData("{{equals}}", "{{this.equals}}")]
    [InlineData("{{lookup}}", "{{this.lookup}}")]
    [InlineData("{{money}}", "{{this.money}}")]
    [InlineData("{{#if length}}Y{{/if}}", "{{this.length}}")]
    [InlineData("{{#length}}Y{{/length}}", "{{this.length}}")]
    public void refuses_a_helper_without_arguments_and_says_how_to_write_the_field_of_that_name(string text, string remedy) =>
        Wrong(text).ShouldContain(remedy);

    [Fact]
    public void lets_a_field_be_named_like_a_helper()
    {
        var fields = TemplateHelpers.Known.Keys.ToDictionary(name => name, string? (name) => $"the {name}", StringComparer.Ordinal);
        foreach (var name in TemplateHelpers.Known.Keys.Where(name => name.All(char.IsLower)))
        {
            Written($"{{{{this.{name}}}}}, {{{{insert {name}}}}}", fields).ShouldBe($"the {name}, the {name}");
        }

        Written("{{#if this.length}}Y{{/if}}{{#equals length \"the length\"}}Y{{/equals}}{{#if (equals length \"no\")}}{{else}}N{{/if}}", fields).ShouldBe("YYN");
    }

    [Theory]
    [InlineData("{{insrt name}}", "but there is 'insert'")]
    [InlineData("{{#Equals a \"b\"}}{{/Equals}}", "but there is 'equals'")]
    [InlineData("{{#if (equal a \"b\")}}{{/if}}", "but there is 'equals'")]
    [InlineData("{{upper name}}", "Known are and, each, equals")]
    [InlineData("{{#shout name}}{{/shout}}", "there is no helper 'shout'")]
    [InlineData("{{#IF a}}{{/IF}}", "but there is 'if'")]
    [InlineData("{{LENGTH a}}", "but there is 'length'")]
    public void refuses_unknown_helpers_and_names_the_nearest(string text, string remedy) => Wrong(text).ShouldContain(remedy);

    [Theory]
    [InlineData("{{#if a b}}{{/if}}", "if needs 1 argument, and {{#if a b}} gives 2")]
    [InlineData("{{#equals a \"b\" \"c\"}}{{/equals}}", "equals needs 2 arguments, and {{#equals a \"b\" \"c\"}} gives 3")]
    [InlineData("{{insert a \"b\" \"c\"}}", "insert takes 1 to 2 arguments")]
    [InlineData("{{formatDate a}}", "formatDate needs 2 arguments")]
    [InlineData("{{#and a}}{{/and}}", "and needs 2 arguments")]
    [InlineData("{{#if (length)}}{{/if}}", "is in brackets and has no arguments")]
    [InlineData("{{if plan}}", "if stands around a part of the template: {{#if plan}}")]
    [InlineData("{{equals plan \"gold\"}}", "equals stands around a part")]
    [InlineData("{{#insert plan}}{{/insert}}", "insert writes a value and stands around nothing")]
    [InlineData("{{#if (if plan)}}{{/if}}", "if stands around a part")]
    public void refuses_helpers_with_other_arguments_or_in_another_place_than_they_have(string text, string remedy) => Wrong(text).ShouldContain(remedy);

    [Theory]
    [InlineData("{{this}}"), InlineData("{{.}}"), InlineData("{{@root}}"), InlineData("{{..}}"), InlineData("{{#with this}}{{this}}{{/with}}")]
    [InlineData("{{insert this \"default=x\"}}"), InlineData("{{length @root}}"), InlineData("{{#equals this \"a\"}}{{/equals}}"), InlineData("{{../this}}")]
    public void refuses_the_whole_contact_where_a_text_is_wanted(string text) => Wrong(text).ShouldContain("the whole contact");

    [Theory]
    [InlineData("{{#each this}}{{first_name}}{{/each}}", "@root.first_name")]
    [InlineData("{{#with plan}}{{#if company}}Y{{/if}}{{/with}}", "@root.company")]
    [InlineData("{{#plan}}{{this.company}}{{/plan}}", "@root.company")]
    [InlineData("{{@index}}", "stands in no loop")]
    [InlineData("{{@odd}}", "there is no '@odd'")]
    public void refuses_names_that_mean_nothing_where_they_stand(string text, string remedy) => Wrong(text).ShouldContain(remedy);

    [Theory]
    [InlineData("{{{plan}}", "closed by }}}")]
    [InlineData("{{plan}}}", "ends in 3 braces. Write a space before those that are no part of the expression"), InlineData("@media print{a{color:{{plan}}}}", "ends in 4 braces")]
    [InlineData("<style>{{#if plan}}a{color:red}{{/if}}}</style>", "{{/if}}} ends in 3 braces"), InlineData("{{lookup this \"Plan\"}}", "Write \"plan\"")]
    [InlineData("{{lookup this \"First Name\"}}", "Write \"first_name\"")]
    [InlineData("{{#if a}}{{else}}{{else}}{{/if}}", "stands twice")]
    [InlineData("{{#if a}}{{else shout}}{{/if}}", "is no condition")]
    [InlineData("{{#if (equals a \"b\"}}{{/if}}", "a bracket is not closed")]
    [InlineData("{{#if equals a \"b\")}}{{/if}}", "a bracket is closed that was not opened")]
    [InlineData("{{{{raw}}}}a{{{{/raw}}}}", "raw blocks")]
    [InlineData("{{#*inline \"a\"}}x{{/inline}}", "decorators")]
    [InlineData("{{! a } b}}", "comment")]
    [InlineData("{{#with this as |r|}}{{#r}}{{#r}}x{{/r}}{{/r}}{{/with}}", "block parameters (as |name|) are not known")]
    [InlineData("{{#each this as |value key|}}x{{/each}}", "block parameters (as |name|) are not known")]
    [InlineData("{{#if a}}x{{/IF}}", "where {{/if}} is expected")]
    [InlineData("{{&plan}}", "cannot be read")]
    [InlineData("{{\"a\"}}", "begins with no name")]
    public void refuses_what_cannot_be_read_as_it_was_meant(string text, string remedy) => Wrong(text).ShouldContain(remedy);

    [Theory]
    [InlineData("default = Friend"), InlineData("default:Friend"), InlineData("Default=Friend"), InlineData(" default=Friend"), InlineData("defaut=Friend")]
    [InlineData("fallback=Friend"), InlineData("DEFAULT=Friend"), InlineData("Friend"), InlineData("standard: Friend")]
    public void refuses_defaults_that_would_be_sent_with_their_name(string literal)
    {
        Wrong($"{{{{insert f \"{literal}\"}}}}").ShouldContain("\"default=Friend\"");
        Wrong($"{{{{#if (insert f '{literal}')}}}}Y{{{{/if}}}}").ShouldContain("\"default=Friend\"");
    }

    [Theory, InlineData("{{insert f \"\"}}"), InlineData("{{insert f 5}}"), InlineData("{{insert f true}}")]
    public void refuses_defaults_without_their_name(string text) => Wrong(text).ShouldContain("\"default=");

    [Theory]
    [InlineData("{{insert f \"default={{first_name}}\"}}"), InlineData("{{#equals plan \"{{gold}}\"}}{{/equals}}"), InlineData("{{lookup this '{{plan'}}")]
    [InlineData("{{urlEncode (insert f \"default={{{f}}}\")}}")]
    public void refuses_expressions_in_quotes_which_nobody_fills_in(string text) => Wrong(text).ShouldContain("nothing is filled in within quotes");

    [Theory]
    [InlineData("{{../plan}}"), InlineData("{{../../plan}}"), InlineData("{{#if plan}}{{../plan}}{{/if}}"), InlineData("{{#if ../plan}}Y{{/if}}"), InlineData("{{insert ../plan}}")]
    [InlineData("{{#each this}}{{../../plan}}{{/each}}"), InlineData("{{#with nope}}{{else}}{{../plan}}{{/with}}"), InlineData("{{^nope}}{{../plan}}{{/nope}}"), InlineData("{{#each ..}}x{{/each}}")]
    [InlineData("{{#each this}}{{/each}}{{../plan}}"), InlineData("{{#../plan}}x{{/../plan}}")]
    public void refuses_a_path_that_leads_out_of_everything(string text) => Wrong(text).ShouldContain("Write @root");

    [Theory]
    [InlineData("{{#each this}}{{../plan}}{{/each}}"), InlineData("{{#if plan}}{{#with this}}{{../plan}}{{/with}}{{/if}}"), InlineData("{{#each nope}}{{else}}{{../plan}}{{/each}}")]
    [InlineData("{{#with this}}{{#with plan}}{{../../plan}}{{/with}}{{/with}}"), InlineData("{{#plan}}{{#if @root.plan}}{{../plan}}{{/if}}{{/plan}}")]
    public void lets_through_a_path_that_leads_to_the_contact(string text) =>
        Written(text, new Dictionary<string, string?> { ["plan"] = "gold" }).ShouldBe("gold");

    [Theory]
    [InlineData("{{pre\u0301nom}}"), InlineData("{{this.pre\u0301nom}}"), InlineData("{{[pre\u0301nom]}}"), InlineData("{{insert pre\u0301nom}}"), InlineData("{{#if pre\u0301nom}}{{prénom}}{{/if}}")]
    [InlineData("{{lookup this \"pre\u0301nom\"}}"), InlineData("{{#with pre\u0301nom}}{{this}}{{/with}}"), InlineData("{{#each this}}{{@root.pre\u0301nom}}{{/each}}")]
    [InlineData("{{#pre\u0301nom}}{{this}}{{/prénom}}"), InlineData("{{#prénom}}{{this}}{{~ /pre\u0301nom ~}}"), InlineData("{{#[prénom]}}{{this}}{{/[pre\u0301nom]}}")]
    [InlineData("{{#if nope}}{{else}}{{#pre\u0301nom}}{{this}}{{/prénom}}{{/if}}{{#prénom}}{{/pre\u0301nom}}"), InlineData("{{^no\u0301pe}}{{@root.prénom}}{{/nópe}}")]
    public void finds_a_field_in_whatever_form_of_unicode_it_is_written(string text) =>
        Written(text, new Dictionary<string, string?> { ["prénom"] = "Ann" }).ShouldBe("Ann");

    [Theory, InlineData("{{a\ufffe}}"), InlineData("{{a\uffff}}"), InlineData("{{a\ud800}}")]
    public void survives_characters_that_are_none(string text) => Wrong(text).ShouldContain("no field");

    [Theory]
    [InlineData(" ", null), InlineData("\u200b", null), InlineData("\u3164", null), InlineData("\u2800\t", null), InlineData("s", " \n"), InlineData("s", "\u200d")]
    public void refuses_a_subject_and_a_text_message_of_which_nobody_sees_anything(string subject, string? sms)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", subject, null, "Hello", sms), out _, out var refusal).ShouldBeFalse();
        refusal!.Explanation.ShouldBe($"{(sms is null ? "subject" : "sms")}: there is nothing to see in it. Write a text, or leave it empty.");
    }

    [Theory]
    [InlineData("{{money price \"EURO\"}}", "'EURO' is no currency")]
    [InlineData("{{money price \"EUR\" \"xx-YY\"}}", "'xx-YY' is no culture"), InlineData("{{money price \"EUR\" \"de_XX_\"}}", "'de_XX_' is no culture")]
    [InlineData("{{round price 11}}", "number of digits")]
    [InlineData("{{round price \"a\"}}", "number of digits")]
    [InlineData("{{multiply price \"10%\"}}", "'10%' is no number")]
    [InlineData("{{formatDate joined \"\"}}", "the form of a date")]
    [InlineData("{{formatDate joined \"DD\" \"CET\"}}", "'CET' is no offset")]
    public void refuses_literals_that_a_helper_cannot_use(string text, string remedy) => Wrong(text).ShouldContain(remedy);

    [Theory]
    [InlineData("{{ plan }}", "gold"), InlineData("{{~plan~}}", "gold"), InlineData("{{# if plan }}Y{{/ if }}", "Y"), InlineData("{{[plan]}}", "gold")]
    [InlineData("{{!-- a }} {{b --}}Y", "Y"), InlineData("{{!< a}}Y", "Y"), InlineData("{ {a}} }} Y", "{ {a}} }} Y"), InlineData("{{pl\u200ban}}", "gold")]
    [InlineData("{{insert nope 'default=it\"s “fine”'}}", "it\"s “fine”"), InlineData("{{insert nope \"default=a \\\"b\\\"\"}}", "a \"b\"")]
    [InlineData("{{#each this}}{{@key}}={{this}}{{#unless @last}}, {{/unless}}{{/each}}", "plan=gold, company=Lee")]
    [InlineData("{{#each this}}{{@root.plan}} {{../company}} {{/each}}", "gold Lee gold Lee ")]
    [InlineData("{{#with plan}}{{this}}{{/with}}{{#plan}}{{.}}{{/plan}}{{^nope}}N{{/nope}}{{#with this}}{{plan}}{{/with}}", "goldgoldNgold")]
    [InlineData("{{#if (and plan (or nope company) (notEquals plan \"tin\"))}}Y{{/if}}", "Y")]
    [InlineData("{{#equals this.plan company}}Y{{else if nope}}N{{else}}Z{{/equals}}", "Z")]
    [InlineData("{{#if nope}}N{{else equals plan \"gold\"}}G{{/if}}", "G")]
    [InlineData("{{lookup this \"plan\"}}{{#if (lookup this \"nope\")}}N{{/if}}{{lookup this \"nope\" \"none\"}}", "goldnone")]
    [InlineData("{{#each plan}}N{{else}}Y{{/each}}", "Y")]
    public void lets_through_what_means_what_it_says(string text, string expected) =>
        Written(text, new Dictionary<string, string?> { ["plan"] = "gold", ["company"] = "Lee" }).ShouldBe(expected);

    // The lexer is not public: here a new version of the package that reads differently, or has another lexer, is found out.
    [Fact]
    public void sees_the_tokens_of_the_librarys_own_lexer_with_their_places()
    {
        const string template = "a {{~#if (equals plan \"x\" 12)}}\nb{{!-- c --}}{{{d}}}{{e f=1}}{{>g}}{{#h as |i|}}";
        TemplateLexer.Read(template).Select(token => (token.Kind, token.Value)).ShouldBe(
            [
                (TemplateTokenKind.Static, "a "), (TemplateTokenKind.StartExpression, "{{"), (TemplateTokenKind.Word, "#if"), (TemplateTokenKind.StartBrackets, "("),
                (TemplateTokenKind.Word, "equals"), (TemplateTokenKind.Word, "plan"), (TemplateTokenKind.Literal, "x"), (TemplateTokenKind.Literal, "12"),
                (TemplateTokenKind.EndBrackets, ")"), (TemplateTokenKind.EndExpression, "}}"),
                (TemplateTokenKind.Static, "\nb"), (TemplateTokenKind.StartExpression, "{{"), (TemplateTokenKind.Comment, "c"), (TemplateTokenKind.EndExpression, "}}"),
                (TemplateTokenKind.Static, ""), (TemplateTokenKind.StartExpression, "{{{"), (TemplateTokenKind.Word, "d"), (TemplateTokenKind.EndExpression, "}}}"),
                (TemplateTokenKind.Static, ""), (TemplateTokenKind.StartExpression, "{{"), (TemplateTokenKind.Word, "e"), (TemplateTokenKind.Word, "f"),
                (TemplateTokenKind.Assignment, "="), (TemplateTokenKind.Literal, "1"), (TemplateTokenKind.EndExpression, "}}"),
                (TemplateTokenKind.Static, ""), (TemplateTokenKind.StartExpression, "{{"), (TemplateTokenKind.Partial, ">"), (TemplateTokenKind.Word, "g"),
                (TemplateTokenKind.EndExpression, "}}"),
                (TemplateTokenKind.Static, ""), (TemplateTokenKind.StartExpression, "{{"), (TemplateTokenKind.Word, "#h"), (TemplateTokenKind.Word, "as"),
                (TemplateTokenKind.BlockParameters, "i"), (TemplateTokenKind.EndExpression, "}}"),
            ]);
        var starts = TemplateLexer.Read(template).Where(token => token.Kind == TemplateTokenKind.StartExpression).Select(token => template[token.At..][..2]);
        starts.ShouldBe(["#i", "!-", "d}", "e ", ">g", "#h"]);
        var ends = TemplateLexer.Read(template).Where(token => token.Kind == TemplateTokenKind.EndExpression).Select(token => template[..token.At][^3..]);
        ends.ShouldBe([")}}", "-}}", "}}}", "1}}", "g}}", "|}}"]);
    }

    [Theory]
    [InlineData("Dear [[first_name]],"), InlineData("{{lookup this \"Plan\"}}"), InlineData("{{#greaterThan plan \"gold\"}}a{{/greaterThan}}")]
    public void asks_of_a_version_that_is_out_only_that_it_can_be_rendered(string text)
    {
        var content = new TemplateContent("t", "s", null, text, Sms: new string('a', 1_601));
        TemplateRenderer.TryCompile(content, out _, out _).ShouldBeFalse();
        TemplateRenderer.TryCompile(content, out var saved, out var refusal, isSaved: true).ShouldBeTrue(refusal?.Explanation);
        saved.ShouldNotBeNull();
        TemplateRenderer.TryCompile(content with { Text = "{{#if plan}}" }, out _, out _, isSaved: true).ShouldBeFalse();
    }

    static string Wrong(string text)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", null, "a\n " + text), out _, out var refusal).ShouldBeFalse(text);
        refusal!.Code.ShouldBe("template-invalid");
        refusal.Explanation.ShouldStartWith("text, line 2, column ");
        return refusal.Explanation;
    }

    static string Written(string text, Dictionary<string, string?> fields)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", null, text), out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!.Render(fields).ShouldBeOfType<Rendered>().Text!;
    }
}
