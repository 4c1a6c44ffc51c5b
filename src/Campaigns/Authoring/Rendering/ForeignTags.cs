using System.Buffers;
using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Campaigns.Audience.Import;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// Merge tags of other programs, and expressions that lost a brace or were encoded by an editor: nothing would be filled in, and everybody would read them
/// as they are. Only what nobody writes for readers counts; {name}, [NAME], %NAME%, #NAME# and ${name} may be meant as they stand.
/// </summary>
static partial class ForeignTags
{
    const int LongestShown = 60;

    static readonly SearchValues<char> MarksOfNamed = SearchValues.Create("#@[%|");

    static readonly FrozenDictionary<string, string> Fields = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["fname"] = "first_name", ["firstname"] = "first_name", ["given_name"] = "first_name", ["lname"] = "last_name", ["lastname"] = "last_name", ["surname"] = "last_name",
        ["emailaddr"] = "email", ["email_address"] = "email", ["emailaddress"] = "email", ["mobile"] = "phone", ["phone_number"] = "phone",
        ["unsub"] = Footer.UnsubscribeUrl, ["unsubscribe"] = Footer.UnsubscribeUrl, ["unsubscribe_link"] = Footer.UnsubscribeUrl, ["unsub_center_url"] = Footer.UnsubscribeUrl,
        ["address"] = Footer.PostalAddress, ["address_html"] = Footer.PostalAddress,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static readonly FrozenSet<string> Logic = new[]
    {
        "if", "elsif", "elseif", "else", "end", "endif", "unless", "endunless", "for", "endfor", "foreach", "case", "endcase", "when", "ifnot", "interested", "set", "assign", "include",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The first one between the expressions, with what to write instead; null where there is none.</summary>
    public static (int At, string Wrong)? Find(string source, IReadOnlyList<TemplateExpression> expressions)
    {
        var behind = 0;
        for (var number = 0; number <= expressions.Count; number++)
        {
            var end = number < expressions.Count ? expressions[number].At : source.Length;
            if (FindIn(source, behind, end) is { } found)
            {
                return found;
            }

            behind = number < expressions.Count ? expressions[number].End : end;
        }

        return null;
    }

    static (int At, string Wrong)? FindIn(string source, int from, int end)
    {
        var text = source.AsSpan(from, end - from);
        var found = new (Match? Tag, string What)[]
        {
            (text.Contains('}') ? First(Broken()) : null, "lacks a brace"),
            (text.ContainsAny('&', '%') ? First(Encoded()) : null, "has its braces encoded"),
            (text.ContainsAny('*', '%', '!') || text.Contains('#') ? First(Foreign()) : null, "is a merge tag of another program"),
            (text.ContainsAny(MarksOfNamed) ? FirstOfField(Named()) : null, "is a merge tag of another program"),
        }.Where(each => each.Tag is not null).OrderBy(each => each.Tag!.Index).FirstOrDefault();
        return found.Tag is not { } tag ? null
            : (tag.Index, $"'{Shown(tag.Value)}' {found.What}, and everybody would read it as it stands. {Instead(tag.Groups["name"].Value.Trim())}");

        Match? First(Regex pattern) => pattern.Match(source, from, end - from) is { Success: true } match ? match : null;

        Match? FirstOfField(Regex pattern)
        {
            var match = First(pattern);
            while (match is { Success: true } && FieldOf(match.Groups["name"].Value.Trim()) is null)
            {
                match = match.NextMatch();
            }

            return match is { Success: true } ? match : null;
        }
    }

    static string Instead(string name)
    {
        var words = ContactColumns.SnakeCase(name);
        var first = words.Split('_')[0];
        if (Logic.Contains(first) || name is ['#' or '/', ..])
        {
            return "Write a condition as {{#if plan}}...{{else}}...{{/if}}";
        }

        if (TemplateHelpers.Known.TryGetValue(name.Split(' ')[0], out var helper))
        {
            return $"Write it as {helper.Example}";
        }

        var field = FieldOf(name) ?? (LastPart(name) is { Length: > 0 } last ? last : "first_name");
        return char.IsDigit(field[0]) ? $"Write {{{{this.{field}}}}}" : $"Write {{{{{field}}}}}";
    }

    // Of contact.first_name and @subscriber.firstName the last part is the field, and a filter behind | is none.
    static string LastPart(string name) => ContactColumns.SnakeCase(name.Split('|')[0].TrimEnd(')', ' ').Split('.', ':', '(')[^1]);

    /// <summary>Our field for what other programs call theirs; null for none that all contacts may have.</summary>
    static string? FieldOf(string name) => LastPart(name) is var last && Fields.TryGetValue(last, out var known) ? known : ColumnNames.Find(last)?.Field;

    static string Shown(string tag)
    {
        var line = tag.ReplaceLineEndings(" ");
        return line.Length <= LongestShown ? line : line[..LongestShown] + "...";
    }

    // {first_name}} and {#if plan}}: a style or a script has no single word between such braces. A backslash before braces writes them.
    [GeneratedRegex(@"(?<!\{[ \t]*|\\)\{[ \t]*(?<name>[\p{L}_][\p{L}\p{M}\p{N}_.]{0,99}|(?:[#/]|(?:insert|formatDate|money|lookup|round|multiply|urlEncode) )[^{}<>:;\r\n]{1,200})[ \t]*\}\}",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Broken();

    // At least one of the braces before it is; two plain ones begin an expression.
    [GeneratedRegex(@"(?:\{(?:&#0*123;|&#x0*7b;|&lcub;|&lbrace;|%7b)|(?:&#0*123;|&#x0*7b;|&lcub;|&lbrace;|%7b)(?:\{|&#0*123;|&#x0*7b;|&lcub;|&lbrace;|%7b))(?:\s|%20|&nbsp;)*(?<name>[#/]?[\p{L}_][^{}<>&%]{0,200}?)"
        + @"(?:\s|%20|&nbsp;)*(?:\}|&#0*125;|&#x0*7d;|&rcub;|&rbrace;|%7d){2}", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Encoded();

    // Mailchimp, Salesforce Marketing Cloud, Liquid and Jinja, ERB and ASP, Salesforce, Ruby. A percentage is no tag: 50%% off or 60%%.
    [GeneratedRegex(@"\*\|(?<name>[^|*\r\n{}<>]{1,100})\|\*"
        + @"|(?<![\p{N}%])%%(?:=(?<name>[^%\r\n]{1,200})=|\[(?<name>[^%]{1,500})\]|(?<name>[\p{L}_][\p{L}\p{N}_.-]{0,100}))%%"
        + @"|\{%-?\s*(?<name>[\p{L}_][^%]{0,300}?)-?%\}"
        + @"|(?:<|&lt;)%[=@#-]?\s*(?<name>[^%<>]{1,300}?)-?%(?:>|&gt;)"
        + @"|(?<!\{)\{!\$?(?<name>[\p{L}_]\w*\.\w[\w.]*)\}|(?<!\{)#\{\s*(?<name>[\p{L}_][\w.]{0,100})\s*\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Foreign();

    // Mail merges of word processors and shops, and Mailchimp's mistyped. Headings, links of wikis and decoration look alike: only the name of a field tells.
    [GeneratedRegex(@"\|\*(?<name>[A-Z][A-Z0-9_:]{0,100})\*\||(?<![\p{N}%])%%(?<name>[\p{L}_][\p{L}\p{N}_.-]{0,100}(?: [\p{L}\p{N}_.-]{1,100}){1,5})%%"
        + @"|(?<!\[)\[\[ ?(?<name>[\p{L}_][\p{L}\p{N}_.:|-]{0,100}(?: [\p{L}\p{N}_.-]{1,100}){0,3}) ?\]\](?!\])"
        + @"|(?<![#\w&])##(?<name>[\p{L}_][\p{L}\p{N}_.-]{0,100})##(?![#\w])|(?<![@\w])@@(?<name>[\p{L}_][\p{L}\p{N}_.-]{0,100})@@(?![@\w])", RegexOptions.ExplicitCapture)]
    private static partial Regex Named();
}
