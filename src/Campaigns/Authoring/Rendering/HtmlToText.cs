using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// The plain text of an HTML body: lines where blocks end, dashes before list items, what images are called, the addresses of links in brackets.
/// </summary>
static class HtmlToText
{
    /// <summary>Tags that are never closed can make a thousand times as many elements as there are tags.</summary>
    const int MostElements = 20_000;

    /// <summary>The parser looks through all that an element stands in, each time one begins: the work grows with the square.</summary>
    const int Deepest = 250;

    // They stand for an expression while the HTML is read: letters of no alphabet, which have no meaning in HTML.
    const char Before = '\ue000';
    const char Behind = '\ue001';
    const char Comment = '\ue002';

    static readonly HashSet<string> Blocks = new(StringComparer.Ordinal)
    {
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
        "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
    };

    static readonly HashSet<string> Unseen = new(StringComparer.Ordinal) { "head", "script", "style", "title", "template" };

    /// <summary>The text of HTML that has no expressions.</summary>
    /// <exception cref="InvalidOperationException">It has too many elements.</exception>
    public static string Convert(string html)
    {
        var text = new TextLines();
        Write(Parse(html), text);
        return text.ToString();
    }

    /// <summary>
    /// The template of the text, with the expressions of that of the HTML; null where tags and expressions are so interwoven that only the HTML of
    /// each recipient has a text.
    /// </summary>
    /// <exception cref="InvalidOperationException">It has too many elements.</exception>
    public static string? Convert(TemplateOutline html)
    {
        if (html.Source.AsSpan().ContainsAny(Before, Behind, Comment))
        {
            return null;
        }

        // First read: which expressions stand among the text. In the second they are comments, which may stand anywhere; a text in a table may not.
        var amongText = new HashSet<int>();
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

        var lines = new TextLines(html);
        Write(Parse(Mark(html, amongText)), lines);
        return lines.IsFaithful && IsWhole(html, lines.Written) ? lines.ToString() : null;
    }

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

    // Down and up again without recursion: how deep elements stand in each other is the author's to say.
    static void Write(IDocument document, TextLines text)
    {
        var link = new Stack<(string? Href, int From)>();
        INode? node = document.Body;
        while (node is not null)
        {
            var isEntered = Enter(node, text, link);
            if (isEntered && node.FirstChild is { } child)
            {
                node = child;
                continue;
            }

            while (node is not null)
            {
                if (isEntered)
                {
                    Leave(node, text, link);
                }

                if (node == document.Body)
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

    static bool Enter(INode node, TextLines text, Stack<(string? Href, int From)> links)
    {
        switch (node)
        {
            case IComment comment:
                text.Add(comment.Data is [Comment, .. var mark] ? mark : "");
                return false;
            case IText words:
                text.Add(words.Data);
                return false;
            case IElement { LocalName: var name } element when !Unseen.Contains(name):
                switch (name)
                {
                    case "a":
                        links.Push((Href(element), text.Length));
                        break;
                    case "img":
                        text.Add(" ");
                        text.Add(element.GetAttribute("alt") ?? "");
                        text.Add(" ");
                        break;
                    case "td" or "th":
                        text.Add(" ");
                        break;
                    default:
                        if (Blocks.Contains(name))
                        {
                            text.Break();
                            text.Add(name == "li" ? "- " : "");
                        }

                        break;
                }

                return true;
            default:
                return false;
        }
    }

    static void Leave(INode node, TextLines text, Stack<(string? Href, int From)> links)
    {
        if (node is not IElement { LocalName: var name })
        {
            return;
        }

        if (name == "a")
        {
            var (href, from) = links.Pop();
            text.AddLink(href, from);
        }
        else if (Blocks.Contains(name) && name is not ("li" or "tr" or "br" or "hr"))
        {
            text.Break(); // no empty lines between items
        }
    }

    static string? Href(IElement element)
    {
        var href = element.GetAttribute("href")?.Trim();
        return string.IsNullOrEmpty(href) || href[0] == '#' || href.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase) ? null : href;
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

        public void Add(string words)
        {
            if (template is not null && words.Contains(Before, StringComparison.Ordinal))
            {
                AddMarks(words, template);
                return;
            }

            foreach (var letter in words)
            {
                if (char.IsWhiteSpace(letter))
                {
                    space = true;
                    continue;
                }

                // Braces and backslashes next to each other or to an expression mean something in a template.
                IsFaithful &= template is null || letter is not ('{' or '\\');
                AddSpace();
                text.Append(letter);
            }
        }

        // Each mark becomes its expression again, as it was written.
        void AddMarks(string marked, TemplateOutline outline)
        {
            var behind = 0;
            while (marked.IndexOf(Before, behind) is var at and >= 0)
            {
                Add(marked[behind..at]);
                var end = marked.IndexOf(Behind, at);
                var number = int.Parse(marked.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture);
                var expression = outline.Expressions[number];
                written.Add(number);
                AddSpace();
                text.Append(outline.Source, expression.At, expression.End - expression.At);
                behind = end + 1;
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
            if (called.EndsWith(address, StringComparison.Ordinal) || address == "mailto:" + called || address == "tel:" + called)
            {
                return;
            }

            IsFaithful &= link.IsFaithful;
            written.AddRange(link.written);
            AddSpace();
            text.Append(called.Length == 0 ? address : $"{(text.Length > 0 && text[^1] is not (' ' or '\n') ? " " : "")}({address})");
        }

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
