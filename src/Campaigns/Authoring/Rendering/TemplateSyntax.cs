namespace Campaigns.Authoring.Rendering;

/// <summary>
/// Finds what is wrong with the expressions of a template and says in which line: the compiler behind it knows less about
/// places, and meets an unknown helper only when it renders.
/// </summary>
static class TemplateSyntax
{
    /// <summary>Blocks within blocks, and brackets within brackets: the compiler goes down into each, and its stack is the whole process's.</summary>
    const int Deepest = 30;

    /// <summary>Each becomes a piece of program.</summary>
    const int MostExpressions = 2000;

    // How many arguments each helper needs.
    static readonly Dictionary<string, int> Helpers = new(StringComparer.Ordinal)
    {
        ["if"] = 1, ["unless"] = 1, ["each"] = 1, ["with"] = 1, ["insert"] = 1, ["length"] = 1, ["formatDate"] = 2, ["lookup"] = 2,
        ["equals"] = 2, ["notEquals"] = 2, ["greaterThan"] = 2, ["lessThan"] = 2, ["and"] = 2, ["or"] = 2,
    };

    /// <summary>What is wrong first; null where nothing was found.</summary>
    public static string? Check(string template)
    {
        var open = new Stack<(string Name, int At, int Depth)>();
        var count = 0;
        for (var at = 0; (at = template.IndexOf("{{", at, StringComparison.Ordinal)) >= 0;)
        {
            if (at > 0 && template[at - 1] == '\\' && (at == 1 || template[at - 2] != '\\'))
            {
                at += 2; // \{{ is text, \\{{ a backslash and an expression
                continue;
            }

            if (++count > MostExpressions)
            {
                return Found(template, at, $"these are more than {MostExpressions} expressions");
            }

            var comment = template.AsSpan(at).StartsWith("{{!--", StringComparison.Ordinal);
            var close = comment ? "--}}" : template.AsSpan(at).StartsWith("{{{", StringComparison.Ordinal) ? "}}}" : "}}";
            var end = template.IndexOf(close, at + 2, StringComparison.Ordinal);
            if (end < 0)
            {
                return Found(template, at, $"the expression is not closed by {close}");
            }

            var inside = template[(at + (close.Length == 3 ? 3 : 2))..end].Trim().Trim('~').Trim();
            if (!comment && !inside.StartsWith('!') && CheckTag(inside, open, at) is { } wrong)
            {
                return Found(template, at, wrong);
            }

            at = end + close.Length;
        }

        return open.TryPeek(out var block) ? Found(template, block.At, $"{{{{#{block.Name}}}}} is never closed") : null;
    }

    static string? CheckTag(string inside, Stack<(string Name, int At, int Depth)> open, int at)
    {
        switch (inside)
        {
            case "": return "the expression is empty";
            case ['>', ..]: return "templates within templates ({{> ...}}) are not known here";
            case ['*', ..] or ['#', '*', ..]: return "decorators ({{* ...}}) are not known here";
            case ['{', ..]: return "raw blocks ({{{{ ... }}}}) are not known here";
            case "else" or "^": return open.Count == 0 ? "{{else}} stands in no block" : null;
            case ['/', ..]:
                var closes = inside[1..].Trim();
                return !open.TryPop(out var block) ? $"{{{{/{closes}}}}} closes nothing"
                    : block.Name != closes ? $"{{{{/{closes}}}}} stands where {{{{/{block.Name}}}}} is expected"
                    : null;
        }

        var words = Words(inside.TrimStart('#', '^', '&'));
        if (words.Count > 0 && inside[0] is '#' or '^')
        {
            if (IsLoop(words[0]) && open.Any(block => IsLoop(block.Name)))
            {
                return "a loop stands in another one; the fields of a contact are texts, through which nobody goes twice";
            }

            open.Push((words[0], at, open.TryPeek(out var outer) ? outer.Depth + 1 : 1));
        }
        else if (words is ["else", ..] && open.TryPop(out var block))
        {
            open.Push(block with { Depth = block.Depth + 1 }); // an else if is a block within the else
        }

        return open.TryPeek(out var innermost) && innermost.Depth > Deepest ? $"blocks stand more than {Deepest} deep in each other"
            : words is ["else", .. var chained] && open.Count > 0 ? CheckCall(chained, isBlock: true) : CheckCall(words, inside[0] is '#' or '^');
    }

    // A block of a name that is no helper goes through what the name stands for, which is many only for the contact itself.
    static bool IsLoop(string name) => name is "each" or "this" || name[0] is '.' or '@' || name.StartsWith("this.", StringComparison.Ordinal)
        || name.StartsWith("this/", StringComparison.Ordinal);

    static string? CheckCall(List<string> words, bool isBlock, int depth = 0)
    {
        if (depth > Deepest)
        {
            return $"brackets stand more than {Deepest} deep in each other";
        }

        if (words.Count == 0)
        {
            return "the expression is empty";
        }

        foreach (var argument in words.Where(word => word.StartsWith('(')))
        {
            if (!argument.EndsWith(')'))
            {
                return $"a bracket is not closed in '{argument}'";
            }

            if (CheckCall(Words(argument[1..^1]), isBlock: false, depth + 1) is { } wrong)
            {
                return wrong;
            }
        }

        var arguments = words.Skip(1).TakeWhile(word => word != "as").Count();
        return Helpers.TryGetValue(words[0], out var needed)
            ? arguments >= needed ? null : arguments == 0 && !isBlock && words[0] == "length" ? null
                : $"{words[0]} needs {needed} {(needed == 1 ? "argument" : "arguments")}"
            : arguments == 0 ? null : $"there is no helper '{words[0]}'; known are {string.Join(", ", Helpers.Keys)}";
    }

    /// <summary>Splits at spaces outside of quotes and brackets.</summary>
    static List<string> Words(string text)
    {
        var words = new List<string>();
        var (start, depth, quote) = (-1, 0, '\0');
        for (var i = 0; i <= text.Length; i++)
        {
            var letter = i < text.Length ? text[i] : ' ';
            if (quote == '\0' && depth <= 0 && char.IsWhiteSpace(letter) || i == text.Length)
            {
                if (start >= 0)
                {
                    words.Add(text[start..i]);
                }

                start = -1;
                continue;
            }

            start = start < 0 ? i : start;
            depth += quote != '\0' ? 0 : letter is '(' or '[' ? 1 : letter is ')' or ']' ? -1 : 0;
            quote = letter == quote ? '\0' : quote == '\0' && (letter is '"' or '\'') ? letter : quote;
        }

        return words;
    }

    static string Found(string template, int at, string wrong)
    {
        var before = template.AsSpan(0, at);
        return $"line {before.Count('\n') + 1}, column {at - before.LastIndexOf('\n')}: {wrong}";
    }
}
