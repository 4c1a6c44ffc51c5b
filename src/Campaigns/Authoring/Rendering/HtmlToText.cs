using System.Net;
using System.Text;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// The plain text of an HTML body: lines where blocks end, dashes before list items, the addresses of links in brackets.
/// Expressions in double braces go through untouched, so a template becomes a template.
/// </summary>
public static class HtmlToText
{
    static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
        "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
    };

    static readonly HashSet<string> Unseen = new(StringComparer.OrdinalIgnoreCase) { "head", "script", "style", "title" };

    public static string Convert(string html)
    {
        var text = new TextLines();
        string? link = null;
        for (var at = 0; at < html.Length;)
        {
            var tag = NextTag(html, at);
            text.Add(html.AsSpan(at, tag - at));
            if (tag == html.Length)
            {
                break;
            }

            if (html.AsSpan(tag).StartsWith("<!--", StringComparison.Ordinal))
            {
                at = After(html, "-->", tag);
                continue;
            }

            at = TagEnd(html, tag);
            var inside = html.AsSpan(tag + 1, Math.Max(0, at - tag - 2));
            var closing = inside.StartsWith("/", StringComparison.Ordinal);
            var name = Name(closing ? inside[1..] : inside);
            if (Unseen.Contains(name) && !closing)
            {
                at = After(html, ">", After(html, $"</{name}", at));
            }
            else if (name.Equals("a", StringComparison.OrdinalIgnoreCase))
            {
                if (closing && link is not null && !text.EndsWith(link))
                {
                    text.Add($" ({link})");
                }

                link = closing ? null : Href(inside);
            }
            else if (Blocks.Contains(name))
            {
                AddBreak(text, name, closing);
            }
            else if (name.Equals("td", StringComparison.OrdinalIgnoreCase) || name.Equals("th", StringComparison.OrdinalIgnoreCase))
            {
                text.Add(" ");
            }
        }

        return text.ToString();
    }

    static void AddBreak(TextLines text, string name, bool closing)
    {
        var item = name.Equals("li", StringComparison.OrdinalIgnoreCase);
        if (closing && (item || name.Equals("tr", StringComparison.OrdinalIgnoreCase)))
        {
            return; // no empty lines between items
        }

        text.Break();
        if (item)
        {
            text.Add("- ");
        }
    }

    // An expression may hold a "<", for example in a quoted argument: it is no tag.
    static int NextTag(string html, int at)
    {
        for (; at < html.Length; at++)
        {
            if (html[at] == '{' && html.AsSpan(at).StartsWith("{{", StringComparison.Ordinal))
            {
                at = After(html, "}}", at) - 1;
            }
            else if (html[at] == '<' && at + 1 < html.Length && (char.IsAsciiLetter(html[at + 1]) || html[at + 1] is '/' or '!'))
            {
                return at;
            }
        }

        return html.Length;
    }

    static int TagEnd(string html, int at)
    {
        var quote = '\0';
        for (; at < html.Length; at++)
        {
            var letter = html[at];
            if (quote == '\0' && letter == '>')
            {
                return at + 1;
            }

            quote = quote == letter ? '\0' : quote == '\0' && (letter is '"' or '\'') ? letter : quote;
        }

        return html.Length;
    }

    static int After(string html, string end, int from)
    {
        var at = from >= html.Length ? -1 : html.IndexOf(end, from, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? html.Length : at + end.Length;
    }

    static string Name(ReadOnlySpan<char> inside)
    {
        var length = 0;
        while (length < inside.Length && char.IsAsciiLetterOrDigit(inside[length]))
        {
            length++;
        }

        return inside[..length].ToString();
    }

    static string? Href(ReadOnlySpan<char> inside)
    {
        var at = inside.IndexOf("href=", StringComparison.OrdinalIgnoreCase);
        if (at < 0 || at + 6 > inside.Length)
        {
            return null;
        }

        var value = inside[(at + 5)..];
        var quote = value[0];
        var end = quote is '"' or '\'' ? value[1..].IndexOf(quote) : value.IndexOf(' ');
        value = quote is '"' or '\'' ? value[1..] : value;
        var href = (end < 0 ? value : value[..end]).Trim().ToString();
        return href.Length == 0 || href[0] == '#' || href.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase) ? null : href;
    }

    sealed class TextLines
    {
        readonly StringBuilder text = new();
        bool space;

        public void Add(ReadOnlySpan<char> html)
        {
            var run = html.ToString();
            var decoded = WebUtility.HtmlDecode(run).Replace('\u00a0', ' ');
            // Braces written as entities were text and must not turn into an expression.
            foreach (var letter in decoded.Contains("{{", StringComparison.Ordinal) && !run.Contains("{{", StringComparison.Ordinal) ? run : decoded)
            {
                if (char.IsWhiteSpace(letter))
                {
                    space = true;
                    continue;
                }

                if (space && text.Length > 0 && text[^1] is not ('\n' or ' '))
                {
                    text.Append(' ');
                }

                space = false;
                text.Append(letter);
            }
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

        public bool EndsWith(string end) => text.Length >= end.Length && text.ToString(text.Length - end.Length, end.Length) == end;

        public override string ToString() => text.ToString().Trim();
    }
}
