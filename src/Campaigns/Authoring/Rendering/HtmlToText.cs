using System.Buffers;
using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// The plain text of an HTML body: lines where blocks end, dashes before list items, what images are called, the addresses of links in brackets. What
/// is not shown, as the line for previews in the list of mails, is left out.
/// </summary>
static class HtmlToText
{
    /// <summary>Tags that are never closed can make a thousand times as many elements as there are tags.</summary>
    const int MostElements = 20_000;

    /// <summary>The parser looks through all that an element stands in, each time one begins: the work grows with the square.</summary>
    const int Deepest = 250;

    /// <summary>Looks at a rule of a style sheet for an element. A body that needs more goes by what its elements say themselves.</summary>
    const int MostMatches = 200_000;

    // They stand for an expression while the HTML is read: letters of no alphabet, which have no meaning in HTML.
    const char Before = '\ue000';
    const char Behind = '\ue001';
    const char Comment = '\ue002';

    static readonly HashSet<string> Blocks = new(StringComparer.Ordinal)
    {
        "address", "area", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "legend", "li", "main", "map", "menu", "nav", "ol", "optgroup",
        "option", "p", "pre", "search", "section", "summary", "table", "tr", "ul",
    };

    static readonly HashSet<string> Unseen = new(StringComparer.Ordinal) { "head", "script", "style", "title", "template", "datalist" };

    static readonly SearchValues<string> Showing = SearchValues.Create(["display", "visibility", "opacity", "font-size"], StringComparison.OrdinalIgnoreCase);

    // Between them no empty line stands.
    static readonly HashSet<string> Lines = new(StringComparer.Ordinal) { "area", "br", "dt", "hr", "li", "option", "tr" };

    /// <summary>The text of HTML that has no expressions.</summary>
    /// <exception cref="InvalidOperationException">It has too many elements.</exception>
    public static string Convert(string html)
    {
        var text = new TextLines();
        Write(Parse(html), text);
        return text.ToString();
    }

    /// <summary>
    /// The template of the text, with the expressions of that of the HTML; null where only the HTML of each recipient has a text: where tags and
    /// expressions are too interwoven, and where fields may bring tags of their own.
    /// </summary>
    /// <exception cref="InvalidOperationException">It has too many elements.</exception>
    public static string? Convert(TemplateOutline html)
    {
        if (ParseMarked(html, out var amongText) is not { } document
            || amongText.Any(number => html.Source.AsSpan(html.Expressions[number].At).StartsWith("{{{")))
        {
            return null;
        }

        var lines = new TextLines(html);
        Write(document, lines);
        return lines.IsFaithful && IsWhole(html, lines.Written) ? lines.ToString() : null;
    }

    /// <summary>The document with its expressions: among the text as comments, else as marks. Null where some are names of tags or attributes.</summary>
    /// <exception cref="InvalidOperationException">It has too many elements.</exception>
    internal static IDocument? ParseMarked(TemplateOutline html) => ParseMarked(html, out _);

    static IDocument? ParseMarked(TemplateOutline html, out HashSet<int> amongText)
    {
        amongText = [];
        if (html.Source.AsSpan().ContainsAny(Before, Behind, Comment))
        {
            return null;
        }

        // First read: which expressions stand among the text. In the second they are comments, which may stand anywhere; a text in a table may not.
        foreach (var node in Parse(Mark(html, [])).Descendants())
        {
            if (node is IText { ParentElement.LocalName: not ("title" or "textarea" or "script" or "style") } text)
            {
                amongText.UnionWith(Marks(text.Data));
            }
            else if (node is IElement element && (element.LocalName.Contains(Before, StringComparison.Ordinal)
                || element.Attributes.Any(attribute => attribute.Name.Contains(Before, StringComparison.Ordinal))))
            {
                return null;
            }
        }

        return Parse(Mark(html, amongText));
    }

    /// <summary>The numbers of the expressions that a comment of a marked document stands for.</summary>
    internal static IEnumerable<int> MarkedExpressions(IComment comment) => comment.Data is [Comment, .. var mark] ? Marks(mark) : [];

    /// <summary>The numbers of the expressions in a text of a marked document.</summary>
    internal static IEnumerable<int> MarkedExpressions(string? text) => Marks(text ?? "");

    internal static bool IsUnseen(IElement element) => Unseen.Contains(element.LocalName);

    // Every block is there with all its parts or not at all, and all in their order.
    static bool IsWhole(TemplateOutline html, IReadOnlyList<int> written)
    {
        var isWritten = written.ToHashSet();
        var parts = html.Expressions.Select((expression, number) => (expression, number)).Where(part => part.expression.Block >= 0);
        return written.Zip(written.Skip(1)).All(pair => pair.First < pair.Second)
            && parts.GroupBy(part => part.expression.Block, part => isWritten.Contains(part.number)).All(block => block.Distinct().Count() == 1);
    }

    static string Mark(TemplateOutline html, HashSet<int> asComments)
    {
        var marked = new StringBuilder(html.Source.Length);
        var behind = 0;
        for (var number = 0; number < html.Expressions.Count; number++)
        {
            var expression = html.Expressions[number];
            marked.Append(html.Source, behind, expression.At - behind).Append(asComments.Contains(number) ? $"<!--{Comment}" : "").Append(Before)
                .Append(number).Append(Behind).Append(asComments.Contains(number) ? "-->" : "");
            behind = expression.End;
        }

        return marked.Append(html.Source, behind, html.Source.Length - behind).ToString();
    }

    static IEnumerable<int> Marks(string text)
    {
        for (var at = 0; (at = text.IndexOf(Before, at)) >= 0;)
        {
            var end = text.IndexOf(Behind, at);
            yield return int.Parse(text.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture);
            at = end;
        }
    }

    static IDocument Parse(string html)
    {
        var elements = 0;
        IElement? before = null;
        var parser = new HtmlParser(new HtmlParserOptions
        {
            OnCreated = (element, _) =>
            {
                if (++elements > MostElements)
                {
                    throw new InvalidOperationException($"The HTML has more than {MostElements} elements.");
                }

                if (Depth(before) > Deepest) // this one stands nowhere yet
                {
                    throw new InvalidOperationException($"Elements of the HTML stand more than {Deepest} deep in each other: close the tags.");
                }

                before = element;
            },
        });
        return parser.ParseDocument(html);
    }

    static int Depth(INode? node)
    {
        var depth = 0;
        for (; node is not null && depth <= Deepest; node = node.Parent)
        {
            depth++;
        }

        return depth;
    }

    static void Write(IDocument document, TextLines text)
    {
        if (document.Body is { } body)
        {
            new Walk(StyleRules.Read(document, MostMatches), text).Write(body);
        }
    }

    static string? Href(IElement element)
    {
        var href = element.GetAttribute("href")?.Trim();
        return string.IsNullOrEmpty(href) || href[0] == '#' || href.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase) ? null : href;
    }

    /// <summary>Goes through the elements, down and up again without recursion: how deep they stand in each other is the author's to say.</summary>
    sealed class Walk(StyleRules rules, TextLines text)
    {
        readonly Stack<(string? Href, int From)> links = new();
        readonly Stack<Look> looks = new([new Look(IsVisible: true, HasSize: true)]);

        public void Write(IElement body)
        {
            INode? node = body;
            while (node is not null)
            {
                var isEntered = Enter(node);
                if (isEntered && node.FirstChild is { } child)
                {
                    node = child;
                    continue;
                }

                while (node is not null)
                {
                    if (isEntered)
                    {
                        Leave(node);
                    }

                    if (node == body)
                    {
                        return;
                    }

                    if (node.NextSibling is { } next)
                    {
                        node = next;
                        break;
                    }

                    node = node.Parent;
                    isEntered = true;
                }
            }
        }

        bool Enter(INode node)
        {
            switch (node)
            {
                case IComment comment:
                    text.Add(comment.Data is [Comment, .. var mark] ? mark : "", withValues: looks.Peek().ShowsText);
                    return false;
                case IText words:
                    text.Add(looks.Peek().ShowsText ? words.Data : "", keepsLines: looks.Peek().KeepsLines);
                    return false;
                case IElement element when !Unseen.Contains(element.LocalName) && !IsClosed(element) && rules.StyleOf(element) is var style && !style.HidesContent(element):
                    text.Doubt(element.GetAttribute("style"));
                    looks.Push(looks.Peek().Within(style) with { KeepsLines = looks.Peek().KeepsLines || element.LocalName == "pre" });
                    Begin(element);
                    return true;
                default:
                    return false;
            }
        }

        void Begin(IElement element)
        {
            switch (element.LocalName)
            {
                case "a":
                    links.Push((Href(element), text.Length));
                    break;
                case "img" when looks.Peek().IsVisible:
                    text.Add(" ");
                    text.Add(element.GetAttribute("alt") ?? "");
                    text.Add(" ");
                    break;
                case "area" when looks.Peek().IsVisible:
                    text.Break();
                    var from = text.Length;
                    text.Add(element.GetAttribute("alt") ?? "");
                    text.AddLink(Href(element), from);
                    break;
                case "td" or "th":
                    text.Add(" ");
                    break;
                case var name when Blocks.Contains(name):
                    text.Break();
                    text.Add(name == "li" && looks.Peek().ShowsText ? "- " : "");
                    break;
            }
        }

        void Leave(INode node)
        {
            if (node is not IElement { LocalName: var name } element)
            {
                return;
            }

            var look = looks.Pop();
            if (name == "a")
            {
                var (href, from) = links.Pop();
                text.AddLink(look.IsVisible && (look.HasSize || text.Length > from || element.QuerySelector("img, svg") is not null) ? href : null, from);
            }
            else if (Blocks.Contains(name) && !Lines.Contains(name))
            {
                text.Break();
            }
        }

        static bool IsClosed(IElement element) => element.LocalName == "dialog" && !element.HasAttribute("open");

        /// <param name="HasSize">Letters have one; images have theirs whatever that of letters is.</param>
        /// <param name="KeepsLines">Lines end where those of the source do.</param>
        readonly record struct Look(bool IsVisible, bool HasSize, bool KeepsLines = false)
        {
            public bool ShowsText => IsVisible && HasSize;

            // What an element says goes for all in it that says nothing itself.
            public Look Within(ElementStyle style) => new(
                style.Visibility is { } visibility ? visibility is not ("hidden" or "collapse") : IsVisible,
                !style.IsZero("font-size") && (HasSize || style.HasOwnFontSize));
        }
    }

    /// <summary>Lines of text without needless spaces.</summary>
    /// <param name="template">Whose expressions the marks stand for; null where there are none.</param>
    sealed class TextLines(TemplateOutline? template = null)
    {
        readonly StringBuilder text = new();
        readonly List<int> written = [];
        bool space;

        /// <summary>False once there was text that would mean something else in a template.</summary>
        public bool IsFaithful { get; private set; } = true;

        /// <summary>The expressions that are in it, by number.</summary>
        public IReadOnlyList<int> Written => written;

        public int Length => text.Length;

        /// <param name="withValues">False for the expressions alone on which it hangs what is shown.</param>
        /// <param name="keepsLines">For spaces and line ends that are shown as they stand.</param>
        public void Add(string words, bool withValues = true, bool keepsLines = false)
        {
            if (template is not null && words.Contains(Before, StringComparison.Ordinal))
            {
                AddMarks(words, template, withValues);
                return;
            }

            foreach (var letter in words)
            {
                if (char.IsWhiteSpace(letter) && !keepsLines)
                {
                    space = true;
                    continue;
                }

                // Braces and backslashes next to each other or to an expression mean something in a template, and spaces next to it may be trimmed.
                IsFaithful &= template is null || letter is not ('{' or '\\');
                AddSpace();
                text.Append(letter);
            }
        }

        /// <summary>What is shown by the value of a field is known only when that is filled in.</summary>
        public void Doubt(string? style) =>
            IsFaithful &= style is null || !style.Contains(Before, StringComparison.Ordinal) || !style.AsSpan().ContainsAny(Showing);

        // Each mark becomes its expression again, as it was written.
        void AddMarks(string marked, TemplateOutline outline, bool withValues)
        {
            var behind = 0;
            while (marked.IndexOf(Before, behind) is var at and >= 0)
            {
                Add(marked[behind..at]);
                var end = marked.IndexOf(Behind, at);
                var number = int.Parse(marked.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture);
                var expression = outline.Expressions[number];
                behind = end + 1;
                if (withValues || expression.Role != ExpressionRole.Value)
                {
                    written.Add(number);
                    AddSpace();
                    text.Append(outline.Source, expression.At, expression.End - expression.At);
                }
            }

            Add(marked[behind..]);
        }

        /// <param name="from">Where what the link is called begins.</param>
        public void AddLink(string? href, int from)
        {
            if (href is null)
            {
                return;
            }

            from = Math.Min(from, text.Length);
            var called = text.ToString(from, text.Length - from).Trim();
            var link = new TextLines(template);
            link.Add(href);
            var address = link.ToString();
            if (Says(called, address))
            {
                return;
            }

            IsFaithful &= link.IsFaithful;
            written.AddRange(link.written);
            AddSpace();
            if (called.Length == 0)
            {
                text.Append(address);
                space = true; // what follows would belong to the address
                return;
            }

            text.Append(text.Length > 0 && text[^1] is not (' ' or '\n') ? " " : "").Append('(').Append(address).Append(')');
        }

        // Numbers are written with blanks, and addresses of sites with or without the slash at their end.
        static bool Says(string called, string address) =>
            called.EndsWith(address.TrimEnd('/'), StringComparison.OrdinalIgnoreCase) || called.EndsWith(address, StringComparison.Ordinal)
            || address.Equals("mailto:" + called, StringComparison.OrdinalIgnoreCase)
            || (address.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) && Number(called) is { Length: > 0 } number && number == Number(address[4..]));

        static string Number(string text) => string.Concat(text.Where(letter => char.IsAsciiDigit(letter) || letter == '+'));

        public void Break()
        {
            space = false;
            while (text.Length > 0 && text[^1] == ' ')
            {
                text.Length--;
            }

            if (text.Length > 0 && !(text.Length > 1 && text[^1] == '\n' && text[^2] == '\n'))
            {
                text.Append('\n');
            }
        }

        void AddSpace()
        {
            if (space && text.Length > 0 && text[^1] is not ('\n' or ' '))
            {
                text.Append(' ');
            }

            space = false;
        }

        public override string ToString() => text.ToString().Trim();
    }
}
