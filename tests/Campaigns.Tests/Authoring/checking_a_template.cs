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
    [InlineData("{{2nd_name}}", "begins with no name")]
    [InlineData("{{insert 2nd_name}}", "a field as [2nd_name]")]
    [InlineData("{{null}}", "this.null")]
    [InlineData("{{#if true}}Y{{/if}}", "always the same")]
    [InlineData("{{#if \"plan\"}}Y{{/if}}", "always the same")]
    [InlineData("{{insert \"first_name\"}}", "always the same")]
    public void refuses_words_that_are_no_field_and_no_literal(string text, string remedy) => Wrong(text).ShouldContain(remedy);

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
    [InlineData("{{insert this \"x\"}}"), InlineData("{{length @root}}"), InlineData("{{#equals this \"a\"}}{{/equals}}"), InlineData("{{../this}}")]
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
    [InlineData("{{plan}}}", "closed by }}")]
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
    [InlineData("{{money price \"EURO\"}}", "'EURO' is no currency")]
    [InlineData("{{money price \"EUR\" \"xx-YY\"}}", "'xx-YY' is no culture")]
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
