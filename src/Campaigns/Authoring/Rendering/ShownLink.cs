using System.Globalization;
using System.Text.RegularExpressions;
using AngleSharp.Css.Dom;
using AngleSharp.Css.Parser;
using AngleSharp.Dom;
using Campaigns.Audience;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// Whether readers see the link to unsubscribe that an HTML body has. What is hidden by an attribute, an inline style or a plain rule of a style
/// sheet is not seen. Where it cannot be known, as with colours and positions, the link counts as seen.
/// </summary>
static class ShownLink
{
    /// <summary>
    /// The HTML names the link where nobody sees it, and has none besides that everybody sees: one in a block is not in every message. A footer too
    /// many does no harm, and a message without a way out does.
    /// </summary>
    /// <exception cref="InvalidOperationException">It has too many elements.</exception>
    public static bool IsHidden(TemplateOutline html)
    {
        var named = Named(html);
        if (named.Count == 0 || HtmlToText.ParseMarked(html) is not { } document)
        {
            return false;
        }

        var rules = StyleRules.Read(document);
        var seen = new HashSet<int>();
        foreach (var node in document.Body?.Descendants() ?? [])
        {
            var marks = node switch
            {
                IComment comment => HtmlToText.MarkedExpressions(comment),
                IElement { LocalName: "a" } link => HtmlToText.MarkedExpressions(link.GetAttribute("href")),
                _ => [],
            };
            if (marks.Any(named.ContainsKey) && (node is IElement ? node.Descendants().Any(inner => IsContent(inner) && IsSeen(inner, rules)) : IsSeen(node, rules)))
            {
                seen.UnionWith(marks);
            }
        }

        return named.Keys.Any(number => !seen.Contains(number)) && !named.Any(link => link.Value && seen.Contains(link.Key));
    }

    /// <summary>Whether everybody's message has the link, whatever is known of them. It says nothing of where in HTML it stands.</summary>
    public static bool IsAlwaysWritten(TemplateOutline part) => Named(part).ContainsValue(true);

    // By number, with whether everybody's message has it.
    static Dictionary<int, bool> Named(TemplateOutline part)
    {
        var (named, depth) = (new Dictionary<int, bool>(), 0);
        for (var number = 0; number < part.Expressions.Count; number++)
        {
            var expression = part.Expressions[number];
            depth += expression.Role switch { ExpressionRole.Open => 1, ExpressionRole.Close => -1, _ => 0 };
            if (expression.Role == ExpressionRole.Value
                && part.Source.AsSpan(expression.At, expression.End - expression.At).Contains(Footer.UnsubscribeUrl, StringComparison.Ordinal))
            {
                named[number] = depth == 0;
            }
        }

        return named;
    }

    // A link around nothing is there for programs only.
    static bool IsContent(INode node) => node switch
    {
        IText text => !VisibleText.IsBlank(text.Data),
        IComment comment => HtmlToText.MarkedExpressions(comment).Any(),
        IElement { LocalName: "img" } image => image.GetAttribute("width")?.Trim() is not ("0" or "0px") && image.GetAttribute("height")?.Trim() is not ("0" or "0px"),
        IElement { LocalName: "svg" } => true,
        _ => false,
    };

    static bool IsSeen(INode node, StyleRules rules)
    {
        var (visibility, hasSize, hasColour) = ((string?)null, node is IElement, node is IElement);
        for (var element = node as IElement ?? node.ParentElement; element is not null; element = element.ParentElement)
        {
            var style = rules.StyleOf(element);
            if (HtmlToText.IsUnseen(element) || style.Hides(element) || style.IsFarAway("text-indent") || (!hasSize && style.IsZero("font-size"))
                || (!hasColour && style.IsTransparent))
            {
                return false;
            }

            // What an element says of these goes for all in it that say nothing themselves.
            visibility ??= style.Visibility;
            hasSize |= style.HasOwnFontSize;
            hasColour |= style.Value("color") is not (null or "inherit") || element.LocalName == "a"; // which has one of its own
        }

        return visibility is not ("hidden" or "collapse");
    }
}

/// <summary>
/// The rules that hide something, and those that show it again, of the style sheets in a document; not those that hold under a condition only (as
/// within @media).
/// </summary>
sealed class StyleRules
{
    const int MostRules = 2000;

    readonly List<(ISelector Selector, ElementStyle Style)> rules = [];
    readonly Dictionary<IElement, ElementStyle> styles = [];

    /// <summary>The properties by which something is hidden somewhere: what says nothing of these changes nothing.</summary>
    readonly HashSet<string> hiding = new(StringComparer.Ordinal);

    /// <param name="mostMatches">Where rules times elements are more than that, those that hide count alone, and where they are still more, what elements say themselves.</param>
    public static StyleRules Read(IDocument document, int mostMatches = int.MaxValue)
    {
        var read = new StyleRules();
        foreach (var sheet in document.QuerySelectorAll("style"))
        {
            read.ReadSheet(ElementStyle.WithoutComments(sheet.TextContent));
        }

        read.Keep(style => style.SaysAnyOf(read.hiding));
        long elements = document.All.Length;
        if (read.rules.Count * elements > mostMatches)
        {
            read.Keep(style => style.Hiding.Any());
        }

        if (read.rules.Count * elements > mostMatches)
        {
            read.rules.Clear();
        }

        return read;
    }

    /// <summary>What the sheets and its own attribute say of an element; the attribute comes last.</summary>
    public ElementStyle StyleOf(IElement element)
    {
        if (styles.TryGetValue(element, out var known))
        {
            return known;
        }

        var style = styles[element] = new ElementStyle();
        foreach (var (selector, rule) in rules)
        {
            if (selector.Match(element, null))
            {
                style.Add(rule);
            }
        }

        style.Add(ElementStyle.Read(element.GetAttribute("style") ?? ""));
        return style;
    }

    // Of two rules the more specific one holds, of two alike the later.
    void Keep(Func<ElementStyle, bool> matters)
    {
        (ISelector Selector, ElementStyle Style)[] kept = [.. rules.Where(rule => matters(rule.Style)).OrderBy(rule => rule.Selector.Specificity)];
        rules.Clear();
        rules.AddRange(kept);
    }

    void ReadSheet(string sheet)
    {
        var parser = new CssSelectorParser();
        for (var at = 0; sheet.IndexOf('{', at) is var begin and >= 0 && rules.Count < MostRules;)
        {
            var selector = sheet[at..begin];
            selector = selector[(selector.LastIndexOf(';') + 1)..].Trim(); // behind an @import
            at = EndOfBlock(sheet, begin);
            var style = ElementStyle.Read(sheet[(begin + 1)..at].TrimEnd('}'));
            if (selector is not ['@', ..] && style.SaysSomething)
            {
                hiding.UnionWith(style.Hiding);
                rules.AddRange(Each(selector).Select(parser.ParseSelector).OfType<ISelector>().Select(each => (each, style)));
            }
        }
    }

    // A rule holds for each selector of a list with the specificity of that one.
    static IEnumerable<string> Each(string list)
    {
        var (begin, depth) = (0, 0);
        for (var at = 0; at < list.Length; at++)
        {
            depth += list[at] switch { '(' or '[' => 1, ')' or ']' => -1, _ => 0 };
            if (list[at] == ',' && depth == 0)
            {
                yield return list[begin..at];
                begin = at + 1;
            }
        }

        yield return list[begin..];
    }

    static int EndOfBlock(string sheet, int begin)
    {
        var depth = 0;
        for (var at = begin; at < sheet.Length; at++)
        {
            depth += sheet[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return at + 1;
            }
        }

        return sheet.Length;
    }
}

/// <summary>What is said of an element by the properties that can hide it.</summary>
sealed partial class ElementStyle
{
    const string Important = "!important";

    /// <summary>Pixels, or whatever unit is meant: less may be a matter of layout.</summary>
    const int FarAway = 500;


    static readonly string[] Sizes = ["height", "max-height", "width", "max-width"];

    static readonly HashSet<string> Known = new([.. Sizes, "display", "visibility", "opacity", "font-size", "overflow", "color", "text-indent", "position", "left", "top"], StringComparer.Ordinal);

    // They grow with what is in them, whatever their size is said to be.
    static readonly HashSet<string> Growing = new(StringComparer.Ordinal) { "body", "table", "tbody", "thead", "tfoot", "tr", "td", "th" };

    readonly Dictionary<string, (string Value, bool IsImportant)> properties = new(StringComparer.Ordinal);

    public bool SaysSomething => properties.Count > 0;

    /// <summary>The properties that hide what it is said of.</summary>
    public IEnumerable<string> Hiding => properties
        .Where(property => property.Value.Value is "none" or "hidden" or "collapse" || IsZero(property.Key) || IsFarAway(property.Key) || (property.Key == "color" && IsTransparent))
        .SelectMany(property => property.Key is "left" or "top" ? [property.Key, "position"] : new[] { property.Key });

    public bool SaysAnyOf(IReadOnlySet<string> names) => properties.Keys.Any(names.Contains);

    public static ElementStyle Read(string declarations)
    {
        var style = new ElementStyle();
        foreach (var declaration in WithoutComments(declarations).Split(';'))
        {
            if (declaration.Split(':', 2) is [var name, var value] && Known.Contains(name.Trim().ToLowerInvariant()))
            {
                value = string.Concat(value.ToLowerInvariant().Where(letter => !char.IsWhiteSpace(letter)));
                var isImportant = value.EndsWith(Important, StringComparison.Ordinal);
                style.Set(name.Trim().ToLowerInvariant(), (isImportant ? value[..^Important.Length] : value, isImportant));
            }
        }

        return style;
    }

    public static string WithoutComments(string css)
    {
        for (var begin = css.IndexOf("/*", StringComparison.Ordinal); begin >= 0; begin = css.IndexOf("/*", begin, StringComparison.Ordinal))
        {
            var end = css.IndexOf("*/", begin + 2, StringComparison.Ordinal);
            css = css.Remove(begin, (end < 0 ? css.Length : end + 2) - begin);
        }

        return css;
    }

    public void Add(ElementStyle later)
    {
        foreach (var (name, value) in later.properties)
        {
            Set(name, value);
        }
    }

    public string? Value(string name) => properties.TryGetValue(name, out var property) ? property.Value : null;

    /// <summary>What it says of its visibility; null where it is as visible as what it stands in.</summary>
    public string? Visibility => Value("visibility") is { } own and not "inherit" ? own : null;

    /// <summary>Whether it has a size of letters whatever it stands in.</summary>
    public bool HasOwnFontSize => Value("font-size") is { } size && !IsRelative(size);

    public bool IsZero(string name) => Value(name) is { } size && size.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz%") is { Length: > 0 } number
        && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value == 0;

    public bool IsTransparent => Value("color") is { } colour && (colour is "transparent" || NoColour().IsMatch(colour));

    /// <summary>Whether it moves what it is said of out of every screen.</summary>
    public bool IsFarAway(string name) => Value(name) is ['-', .. var distance] && distance.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz%") is { Length: > 0 } number
        && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= FarAway;

    /// <summary>Whether it hides the element with all that is in it.</summary>
    public bool Hides(IElement element) => (Value("position") is "absolute" or "fixed" && (IsFarAway("left") || IsFarAway("top"))) || Value("display") is "none" || (element.HasAttribute("hidden") && Value("display") is null)
        || IsZero("opacity") || (!Growing.Contains(element.LocalName) && Sizes.Any(IsZero));

    /// <summary>Whether nothing of what is in it is seen: what is higher or wider than an element of no size shows, where the element does not cut it off.</summary>
    public bool HidesContent(IElement element) => Hides(element) && (Value("display") is "none" || element.HasAttribute("hidden") || IsZero("opacity") || Value("overflow") is "hidden");

    // Of nothing, half or twice as much is nothing.
    static bool IsRelative(string size) => size is "inherit" or "smaller" or "larger" or "unset" || size.EndsWith('%')
        || (size.EndsWith("em", StringComparison.Ordinal) && !size.EndsWith("rem", StringComparison.Ordinal));

    // rgba(0,0,0,0) and #0000: the last part is how much of it covers.
    [GeneratedRegex(@"^(?:(?:rgb|hsl)a\([^)]*,|(?:rgb|hsl)a?\([^)]*/)(?:0+(?:\.0*)?|\.0+)%?\)$|^#(?:[0-9a-f]{3}0|[0-9a-f]{6}00)$")]
    private static partial Regex NoColour();

    void Set(string name, (string Value, bool IsImportant) value)
    {
        if (!properties.TryGetValue(name, out var known) || !known.IsImportant || value.IsImportant)
        {
            properties[name] = value;
        }
    }
}
