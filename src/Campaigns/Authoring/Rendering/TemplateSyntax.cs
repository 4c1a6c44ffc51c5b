using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Campaigns.Audience;
using Campaigns.Audience.Import;
using Campaigns.Audience.Offers;
using HandlebarsDotNet;

namespace Campaigns.Authoring.Rendering;

/// <summary>What an expression is to the text around it.</summary>
enum ExpressionRole { Value, Comment, Open, Else, Close }

/// <param name="At">Where its braces begin.</param>
/// <param name="End">Behind its braces.</param>
/// <param name="Block">Of an <see cref="ExpressionRole.Open"/>, <see cref="ExpressionRole.Else"/> and <see cref="ExpressionRole.Close"/>: which block, by number; else -1.</param>
readonly record struct TemplateExpression(ExpressionRole Role, int At, int End, int Block);

/// <summary>A template without mistakes.</summary>
/// <param name="Expressions">In the order in which they stand.</param>
/// <param name="Cost">How many steps it takes to go through it once.</param>
/// <param name="CostOfTurn">How many steps a turn of its largest loop takes.</param>
/// <param name="AlwaysWritten">How many characters everybody gets at least: those outside of expressions, and of a block with an else the shortest branch.</param>
/// <param name="ToCompile">The source with every block closed by the very letters that open it, which the library asks for.</param>
sealed record TemplateOutline(
    string Source, IReadOnlyList<TemplateExpression> Expressions, int Cost, int CostOfTurn, int AlwaysWritten, string ToCompile);

/// <summary>
/// Finds what is wrong with the expressions of a template, says where, and what would do. It goes over the tokens of the library's own lexer, and over
/// every character between them: what the library would skip in silence, as curly quotes, is a mistake too.
/// </summary>
sealed partial class TemplateSyntax
{
    /// <summary>Blocks within blocks, and brackets within brackets: the compiler goes down into each, and its stack is the whole process's.</summary>
    const int Deepest = 30;

    /// <summary>Each becomes a piece of program. Brackets count as well.</summary>
    const int MostExpressions = 2000;

    const int LongestName = 200;
    const int LongestQuoted = 60;

    // Of the contact all fields are texts; each of these is text as well where it is written in a loop.
    static readonly FrozenSet<string> TurnVariables =
        new[] { "@key", "@index", "@first", "@last", "@value" }.ToFrozenSet(StringComparer.Ordinal);

    static readonly FrozenSet<string> NoFields = new[] { "true", "false", "null", "undefined" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    static readonly SearchValues<char> OtherQuotes = SearchValues.Create("“”„‟«»‹›‘’‚‛″′`´＂＇");

    readonly string source;
    readonly Stack<Block> open = new();
    readonly List<TemplateExpression> expressions = [];
    readonly List<TemplateToken> tokens = [];
    readonly List<(int At, int End, string Name)> respelled = []; // names in closing tags, in the order in which they stand
    int start; // of the expression that is looked at, with its braces
    int cursor; // behind the token that was read last
    int at; // the next one of the tokens
    int count;
    int costOfTurn = 1;
    int blocks;
    readonly Stack<Written> written = new([new Written(0, 0, HasElse: true)]);

    readonly bool isSaved;

    TemplateSyntax(string source, bool isSaved) => (this.source, this.isSaved) = (source, isSaved);

    /// <summary>What is wrong first, with its place; null where nothing is, and then there is an outline.</summary>
    /// <param name="isSaved">It is looked only for what cannot be rendered, and not for what nobody means.</param>
    public static string? Check(string template, out TemplateOutline? outline, bool isSaved = false)
    {
        outline = null;
        var syntax = new TemplateSyntax(template, isSaved);
        try
        {
            syntax.Read();
            outline = new TemplateOutline(template, syntax.expressions, syntax.count, syntax.costOfTurn, syntax.written.Peek().Now, syntax.Respell());
            return null;
        }
        catch (TemplateMistake mistake)
        {
            var before = template.AsSpan(0, mistake.At);
            return $"line {before.Count('\n') + 1}, column {mistake.At - before.LastIndexOf('\n')}: {mistake.Message}";
        }
    }

    void Read()
    {
        using var read = TemplateLexer.Read(source).GetEnumerator();
        while (Next(read))
        {
            var token = read.Current;
            if (token.Kind != TemplateTokenKind.StartExpression)
            {
                written.Push(written.Pop().And(token.Value.Trim().Length));
                continue;
            }

            start = token.At - token.Braces - (token.Trims ? 1 : 0);
            cursor = token.At;
            Count();
            tokens.Clear();
            do
            {
                if (!Next(read))
                {
                    throw Mistake("the expression is not closed by }}");
                }

                tokens.Add(read.Current);
            }
            while (read.Current.Kind != TemplateTokenKind.EndExpression);

            if (token.Braces == 4)
            {
                throw Mistake("raw blocks ({{{{ ... }}}}) are not known here. Write {{first_name}} for a field, with two braces");
            }

            if (read.Current.Braces > token.Braces)
            {
                throw Mistake($"{Quoted()} ends in {read.Current.Braces} braces. Write a space before those that are no part of the expression, as in {{{{first_name}}}} }}");
            }

            if (read.Current.Braces != token.Braces)
            {
                throw Mistake($"the expression is not closed by {new string('}', token.Braces)}");
            }

            at = 0;
            var expression = ReadExpression();
            expressions.Add(expression with { End = read.Current.At });
            CountWritten(expression.Role);
        }

        if (expressions.Count == 0)
        {
            written.Push(written.Pop() with { Now = source.Length });
        }

        if (open.TryPeek(out var unclosed))
        {
            throw new TemplateMistake(unclosed.At, $"{{{{#{unclosed.Name}}}}} is never closed. Write {{{{/{unclosed.Name}}}}} where it ends.");
        }

        if (!isSaved && ForeignTags.Find(source, expressions) is { } foreign)
        {
            throw new TemplateMistake(foreign.At, foreign.Wrong);
        }
    }

    // Of the branches of a block everybody gets the shortest at least, where there is one for everybody.
    void CountWritten(ExpressionRole role)
    {
        switch (role)
        {
            case ExpressionRole.Open:
                written.Push(new Written(0, int.MaxValue, HasElse: false));
                break;
            case ExpressionRole.Else:
                var branch = written.Pop();
                written.Push(new Written(0, branch.Shortest, branch.HasElse || tokens.Count == 2)); // {{else if}} has more
                break;
            case ExpressionRole.Close:
                var block = written.Pop();
                written.Push(written.Pop().And(block.HasElse ? block.Shortest : 0));
                break;
        }
    }

    bool Next(IEnumerator<TemplateToken> read)
    {
        try
        {
            return read.MoveNext();
        }
        catch (Exception error) when (error is HandlebarsException or InvalidOperationException)
        {
            var end = source.IndexOf("}}", start, StringComparison.Ordinal);
            throw end < 0 ? Mistake("the expression is not closed by }}")
                : source[start..end].Trim('{', '~', ' ').Length == 0 ? Mistake("the expression is empty")
                : source.AsSpan(start).TrimStart("{~").StartsWith("!") ? Mistake("a comment ends at its first }. Write {{!-- ... --}} around one that has braces")
                : Mistake(Hint(source[start..end]) ?? $"{Quoted()} cannot be read as an expression");
        }
    }

    // Goes through all that stands between the braces.
    TemplateExpression ReadExpression()
    {
        var token = tokens[at];
        switch (token.Kind)
        {
            case TemplateTokenKind.Comment or TemplateTokenKind.Layout:
                return tokens.Count == 2 ? Found(ExpressionRole.Comment) : throw Mistake("a comment ends at its first }. Write {{!-- ... --}} around one that has braces");
            case TemplateTokenKind.EndExpression:
                throw Mistake(Hint(source[cursor..End()]) ?? "the expression is empty");
            case TemplateTokenKind.Partial:
                throw Mistake("templates within templates ({{> ...}}) are not known here");
            case TemplateTokenKind.Literal when token.Delimiter is null && ContactColumns.SnakeCase(token.Value) is { Length: > 0 } field:
                throw Mistake($"{Quoted()} begins with no name. Write {{{{this.{Shortened(field)}}}}} for the contact's field of that name");
            case TemplateTokenKind.Literal or TemplateTokenKind.StartBrackets:
                throw Mistake($"{Quoted()} begins with no name. Begin with a field or a helper, as {{{{first_name}}}}");
        }

        var word = Word();
        switch (word)
        {
            case ['*', ..] or ['#', '*', ..]:
                throw Mistake("decorators ({{* ...}}) are not known here");
            case ['#', '>', ..]:
                throw Mistake("templates within templates ({{> ...}}) are not known here");
            case "^":
                return ReadElse();
            case ['/', ..]:
                return ReadClose(word[1..]);
            case ['#', ..] or ['^', ..]:
                return ReadOpen(word[1..], isInverted: word[0] == '^');
            case "else":
                return ReadElse();
        }

        var call = new Call(word, ReadArguments());
        CheckValue(call, isInBrackets: false);
        return Found(ExpressionRole.Value);
    }

    TemplateExpression ReadOpen(string name, bool isInverted)
    {
        var arguments = ReadArguments();
        var call = new Call(name, arguments);
        if (IsLoop(name, arguments) && open.Any(block => block.IsLoop))
        {
            throw Mistake("a loop stands in another one; the fields of a contact are texts, through which nobody goes twice");
        }

        var isText = CheckBlock(call);
        // The library goes back to the place around the block in the else of all but each.
        var hasPlace = name is "each" or "with" || (arguments.Count == 0 && !isInverted);
        var elseHasPlace = name is "each" || (arguments.Count == 0 && isInverted);
        open.Push(new Block(name, start, open.TryPeek(out var outer) ? outer.Depth + 1 : 1, blocks++, count, IsLoop(name, arguments), isText, hasPlace, elseHasPlace));
        CheckDepth();
        return Found(ExpressionRole.Open);
    }

    TemplateExpression ReadElse()
    {
        if (!open.TryPop(out var block))
        {
            throw Mistake("{{else}} stands in no block");
        }

        if (tokens[at].Kind != TemplateTokenKind.EndExpression)
        {
            // An else with a condition is a block within the else.
            var name = Word();
            var call = new Call(name, ReadArguments());
            if (!TemplateHelpers.Known.TryGetValue(name, out var helper) || helper.Use == HelperUse.Value || name is "each" or "with")
            {
                throw Mistake($"{Quoted()} is no condition. Write a helper that is one, as {{{{else if plan}}}}");
            }

            CheckBlock(call);
            block = block with { Depth = block.Depth + 1 };
        }
        else
        {
            ReadEnd();
            if (block.HasElse)
            {
                throw Mistake($"{{{{else}}}} stands twice in {{{{#{block.Name}}}}}");
            }

            block = block with { HasElse = true };
        }

        open.Push(block with { HasPlace = block.ElseHasPlace });
        CheckDepth();
        return Found(ExpressionRole.Else, block.Number);
    }

    TemplateExpression ReadClose(string name)
    {
        var end = cursor;
        ReadEnd();
        if (!open.TryPop(out var block))
        {
            throw Mistake($"{{{{/{name}}}}} closes nothing");
        }

        if (VisibleText.Compose(block.Name) != VisibleText.Compose(name))
        {
            throw Mistake($"{{{{/{name}}}}} stands where {{{{/{block.Name}}}}} is expected");
        }

        if (block.Name != name)
        {
            respelled.Add((source.IndexOf('/', start) + 1, end, block.Name));
        }

        costOfTurn = block.IsLoop ? Math.Max(costOfTurn, count - block.Count) : costOfTurn;
        return Found(ExpressionRole.Close, block.Number);
    }

    string Respell()
    {
        var (text, behind) = (new StringBuilder(), 0);
        foreach (var (from, end, name) in respelled)
        {
            text.Append(source, behind, from - behind).Append(name);
            behind = end;
        }

        return behind == 0 ? source : text.Append(source, behind, source.Length - behind).ToString();
    }

    void CheckDepth()
    {
        if (open.Peek().Depth > Deepest)
        {
            throw Mistake($"blocks stand more than {Deepest} deep in each other");
        }
    }

    TemplateExpression Found(ExpressionRole role, int? block = null) =>
        new(role, start, 0, block ?? (role == ExpressionRole.Open ? blocks - 1 : -1));

    static bool IsLoop(string name, List<Argument> arguments) =>
        name == "each" || (arguments.Count == 0 && (IsContact(name) || name is "this" or "."));

    // ---- the tokens of an expression, and what stands between them

    string Word()
    {
        var word = tokens[at++].Value;
        SkipSpace();
        var from = cursor;
        for (var i = 0; i < word.Length; i++)
        {
            // The lexer leaves out what nobody sees, and the spaces in {{# if}}.
            while (cursor < source.Length && source[cursor] != word[i]
                && (CharUnicodeInfo.GetUnicodeCategory(source[cursor]) is UnicodeCategory.Format || i == 1 && char.IsWhiteSpace(source[cursor])))
            {
                cursor++;
            }

            if (cursor >= source.Length || source[cursor] != word[i])
            {
                throw Unexpected();
            }

            cursor++;
        }

        while (cursor < source.Length && CharUnicodeInfo.GetUnicodeCategory(source[cursor]) is UnicodeCategory.Format)
        {
            cursor++;
        }

        return cursor - from > LongestName ? throw Mistake($"a name has more than {LongestName} letters") : word;
    }

    List<Argument> ReadArguments(int depth = 0)
    {
        var arguments = new List<Argument>();
        while (true)
        {
            var token = tokens[at];
            switch (token.Kind)
            {
                case TemplateTokenKind.EndExpression when depth == 0:
                    ReadEnd();
                    return arguments;
                case TemplateTokenKind.EndBrackets when depth > 0:
                    Expect(")");
                    return arguments;
                case TemplateTokenKind.EndExpression:
                    throw Mistake($"a bracket is not closed in {Quoted()}");
                case TemplateTokenKind.EndBrackets:
                    throw Mistake($"a bracket is closed that was not opened in {Quoted()}");
                case TemplateTokenKind.StartBrackets:
                    Expect("(");
                    if (depth + 1 > Deepest)
                    {
                        throw Mistake($"brackets stand more than {Deepest} deep in each other");
                    }

                    Count();
                    if (tokens[at].Kind != TemplateTokenKind.Word)
                    {
                        throw Mistake($"brackets hold no helper in {Quoted()}. Write one, as (equals plan \"gold\")");
                    }

                    var call = new Call(Word(), ReadArguments(depth + 1));
                    CheckValue(call, isInBrackets: true);
                    arguments.Add(new Argument(ArgumentKind.Call, call.Name));
                    break;
                case TemplateTokenKind.Literal:
                    arguments.Add(Literal());
                    break;
                case TemplateTokenKind.Word when tokens[at + 1].Kind == TemplateTokenKind.Assignment:
                    throw Mistake(
                        Hint(source[start..End()]) ?? $"{Quoted()} has a named argument, '{token.Value}=', and no helper takes one. {Instead(token.Value)}");
                case TemplateTokenKind.Assignment:
                    throw Mistake(Hint(source[start..End()]) ?? $"{Quoted()} has a = that is in no quotes. Write quotes around what belongs together, as \"default=friend\"");
                case TemplateTokenKind.BlockParameters:
                    throw Mistake($"block parameters (as |name|) are not known here. Write this for what a block is about");
                case TemplateTokenKind.Word when token.Value == "as" && tokens[at + 1].Kind == TemplateTokenKind.BlockParameters:
                    throw Mistake($"block parameters (as |name|) are not known here. Write this for what a block is about");
                case TemplateTokenKind.Word:
                    var word = Word();
                    arguments.Add(new Argument(bool.TryParse(word, out _) ? ArgumentKind.Truth : ArgumentKind.Path, word));
                    break;
                default:
                    throw Mistake(Hint(source[start..End()]) ?? $"{Quoted()} cannot be read as an expression");
            }
        }
    }

    static string Instead(string name) => name == "default"
        ? "Write the default with its name in quotes: \"default=friend\""
        : "Write the values alone, in their order, texts in straight quotes";

    Argument Literal()
    {
        var token = tokens[at++];
        SkipSpace();
        if (token.Delimiter is { } quote)
        {
            if (cursor >= source.Length || source[cursor] != quote)
            {
                throw Unexpected();
            }

            for (cursor++; cursor < source.Length && source[cursor] != quote; cursor++)
            {
                cursor += source[cursor] == '\\' && cursor + 1 < source.Length && source[cursor + 1] == quote ? 1 : 0;
            }

            cursor++;
            if (token.Value.Contains("{{", StringComparison.Ordinal) || token.Value.Contains("}}", StringComparison.Ordinal))
            {
                throw Mistake(
                    $"the text in quotes in {Quoted()} has braces, which would be sent as they are: nothing is filled in within quotes. "
                    + "Write {{#if nickname}}{{nickname}}{{else}}{{first_name}}{{/if}} for one field or another");
            }

            return cursor < source.Length && IsPartOfWord(source[cursor])
                ? throw Mistake($"a space is missing behind the quotes in {Quoted()}")
                : new Argument(ArgumentKind.Text, token.Value);
        }

        Expect(token.Value, isRead: true);
        return decimal.TryParse(token.Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)
            ? new Argument(ArgumentKind.Number, token.Value)
            : throw Mistake(
                $"'{Shortened(token.Value)}' in {Quoted()} is no number. Write a text in straight quotes, \"{Shortened(token.Value)}\", and a field as [{Shortened(token.Value)}]");
    }

    static bool IsPartOfWord(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '"' or '\'' or '[' or '(' or '@' or '.';

    void Expect(string text, bool isRead = false)
    {
        at += isRead ? 0 : 1;
        SkipSpace();
        if (!source.AsSpan(cursor).StartsWith(text, StringComparison.Ordinal))
        {
            throw Unexpected();
        }

        cursor += text.Length;
    }

    void ReadEnd()
    {
        if (tokens[at].Kind != TemplateTokenKind.EndExpression)
        {
            throw Mistake($"{Quoted()} has more than its name");
        }

        SkipSpace();
        if (cursor < source.Length && source[cursor] == '~')
        {
            cursor++;
        }

        Expect(new string('}', tokens[at].Braces));
    }

    void SkipSpace()
    {
        while (cursor < source.Length && (char.IsWhiteSpace(source[cursor]) || CharUnicodeInfo.GetUnicodeCategory(source[cursor]) is UnicodeCategory.Format))
        {
            cursor++;
        }
    }

    // The library goes over it in silence.
    TemplateMistake Unexpected()
    {
        var rest = source[cursor..Math.Max(cursor, End())];
        return Mistake(
            Hint(source[start..End()]) ?? $"'{Shortened(rest.Length > 0 ? rest[..1] : rest)}' in {Quoted()} has no meaning here. Write texts in straight quotes, as \"gold\"");
    }

    static string? Hint(string expression)
    {
        var text = InQuotes().Replace(expression, "");
        var curly = text.AsSpan().IndexOfAny(OtherQuotes);
        return curly >= 0 ? $"'{text[curly]}' in '{Shortened(text.Trim('{', '}', ' '))}' is no straight quote. Write \" or ' around a text"
            : text.Contains("&quot;", StringComparison.OrdinalIgnoreCase) || text.Contains("&#", StringComparison.Ordinal)
                || text.Contains("&apos;", StringComparison.OrdinalIgnoreCase) || text.Contains("&nbsp;", StringComparison.OrdinalIgnoreCase)
                ? $"'{Shortened(text.Trim('{', '}', ' '))}' has characters written for HTML, as &quot;. Write them as they are within an expression: \" or '"
            : null;
    }

    [GeneratedRegex("\"[^\"]*\"|'[^']*'")]
    private static partial Regex InQuotes();

    void Count()
    {
        if (++count > MostExpressions)
        {
            throw Mistake($"these are more than {MostExpressions} expressions");
        }
    }

    // ---- what an expression means

    void CheckValue(Call call, bool isInBrackets)
    {
        var (name, arguments) = (call.Name, call.Arguments);
        if (arguments.Count == 0)
        {
            if (isInBrackets)
            {
                throw Mistake($"({Shortened(name)}) is in brackets and has no arguments. Write a field without brackets");
            }

            CheckField(name, isWritten: true);
            return;
        }

        var helper = Helper(name);
        if (helper.Use == HelperUse.Block || helper.Use == HelperUse.Condition && !isInBrackets)
        {
            throw Mistake(helper.Use == HelperUse.Block || !isInBrackets
                ? $"{name} stands around a part of the template: {helper.Example}"
                : $"{name} gives no value");
        }

        CheckArguments(helper, arguments);
    }

    /// <returns>Whether what stands in the block is about a text, and not about the contact.</returns>
    bool CheckBlock(Call call)
    {
        var (name, arguments) = (call.Name, call.Arguments);
        var isText = open.TryPeek(out var outer) && outer.IsText;
        if (TemplateHelpers.Known.TryGetValue(name, out var helper) || arguments.Count > 0)
        {
            helper ??= Helper(name);
            if (helper.Use == HelperUse.Value)
            {
                throw Mistake($"{name} writes a value and stands around nothing: {helper.Example}{OrField(name, arguments)}");
            }

            CheckArguments(helper, arguments);
            return name == "each" ? !IsOffers(arguments[0]) : (name == "with" ? !(arguments[0].Kind == ArgumentKind.Path && (IsContact(arguments[0].Text) || IsThisContact(arguments[0].Text))) : isText);
        }

        CheckField(name, isWritten: false);
        return !IsContact(name) && (isText || name is not ("this" or "."));
    }

    TemplateHelper Helper(string name) => TemplateHelpers.Known.TryGetValue(name, out var helper) ? helper
        : throw Mistake(
            $"there is no helper '{Shortened(name)}'{Nearest(name, TemplateHelpers.Known.Keys)}. Known are {string.Join(", ", TemplateHelpers.Known.Keys.Order(StringComparer.Ordinal))}");

    void CheckArguments(TemplateHelper helper, List<Argument> arguments)
    {
        var name = helper.Name;
        if (arguments.Count < helper.Least || arguments.Count > helper.Most)
        {
            var needed = arguments.Count < helper.Least || helper.Least == helper.Most ? $"needs {helper.Least}" : $"takes {helper.Least} to {helper.Most}";
            var many = helper.Least == 1 && needed[0] == 'n' ? "argument" : "arguments";
            throw Mistake($"{name} {needed} {many}, and {Quoted()} gives {arguments.Count}. Write for example {helper.Example}{OrField(name, arguments)}");
        }

        for (var place = 0; place < arguments.Count; place++)
        {
            CheckArgument(helper, place, arguments[place]);
        }

        if (!isSaved && name is ("greaterThan" or "lessThan"))
        {
            CheckComparison(helper, arguments);
        }

        // Which of two bare words is a field and which is a text that lacks its quotes, nobody can know.
        if (name is "equals" or "notEquals" or "greaterThan" or "lessThan" && arguments.TrueForAll(argument => argument.IsBare))
        {
            throw Mistake(
                $"'{Shortened(arguments[1].Text)}' in {Quoted()} may be a text or a field. Write \"{Shortened(arguments[1].Text)}\" for the text, this.{Shortened(arguments[1].Text)} for the field");
        }
    }

    void CheckComparison(TemplateHelper helper, List<Argument> arguments)
    {
        if (arguments.Find(argument => argument.Kind == ArgumentKind.Call && Helper(argument.Text).Use == HelperUse.Condition) is { } condition)
        {
            throw Mistake($"{condition.Text} in {Quoted()} is true or false, which is neither more nor less than anything. Write for example {helper.Example}");
        }

        if (arguments.TrueForAll(argument => IsLiteral(argument.Kind)) && !TemplateHelpers.AreComparable(arguments[0].Text, arguments[1].Text))
        {
            throw Mistake($"a number and a date cannot be compared in {Quoted()}. Write for example {helper.Example}");
        }
    }

    static bool IsLiteral(ArgumentKind kind) => kind is ArgumentKind.Text or ArgumentKind.Number or ArgumentKind.Truth;

    void CheckArgument(TemplateHelper helper, int place, Argument argument)
    {
        var kind = helper.Argument(place);
        var isLiteral = IsLiteral(argument.Kind);
        if (isLiteral && (kind is HelperArgument.Condition or HelperArgument.Place or HelperArgument.Variable))
        {
            throw Mistake($"'{Shortened(argument.Text)}' in {Quoted()} is always the same. {helper.Name} goes by a field: {helper.Example}");
        }

        if (kind == HelperArgument.Literal && !isLiteral || kind == HelperArgument.Fixed && argument.IsBare)
        {
            throw Mistake(
                $"'{Shortened(argument.Text)}' in {Quoted()} is in no quotes. Write \"{Shortened(argument.Text)}\" for the text"
                + (kind == HelperArgument.Fixed ? $", this.{Shortened(argument.Text)} for the field" : $": {helper.Example}"));
        }

        if (isLiteral && !(isSaved && helper.Name is ("greaterThan" or "lessThan" or "lookup")) && helper.Check?.Invoke(place, argument.Text) is { } wrong)
        {
            throw Mistake($"{wrong}. Write for example {helper.Example}");
        }

        if (argument.Kind == ArgumentKind.Path)
        {
            if (IsContact(argument.Text) || IsThisContact(argument.Text))
            {
                CheckClimb(argument.Text);
                if (kind is not (HelperArgument.Place or HelperArgument.Condition))
                {
                    throw Mistake($"'{argument.Text}' in {Quoted()} is the whole contact, which is no text. Name one of its fields, as {helper.Example}");
                }

                return;
            }

            // Within if and unless the library calls a helper of the name.
            CheckField(argument.Text, isWritten: false, mayBeHelper: helper.Name is not ("if" or "unless"));
        }
    }

    /// <param name="isWritten">As the whole of an expression, so that there has to be a text.</param>
    void CheckField(string path, bool isWritten, bool mayBeHelper = false)
    {
        if (path.StartsWith('@'))
        {
            if (TurnVariables.Contains(path))
            {
                if (!open.Any(block => block.IsLoop))
                {
                    throw Mistake($"{path} stands in no loop. It is known within {TemplateHelpers.Known["each"].Example}");
                }

                return;
            }

            if (!path.StartsWith("@root.", StringComparison.Ordinal) && path != "@root")
            {
                throw Mistake($"there is no '{Shortened(path)}'. Known are {string.Join(", ", TurnVariables.Order(StringComparer.Ordinal))}, and @root for the contact");
            }
        }

        if (IsContact(path) || IsThisContact(path))
        {
            if (isWritten)
            {
                throw Mistake($"'{path}' is the whole contact, which is no text. Name one of its fields, as {{{{first_name}}}}");
            }

            CheckClimb(path);
            return;
        }

        if (path is "this" or ".")
        {
            return;
        }

        var name = path;
        while (name.StartsWith("../", StringComparison.Ordinal))
        {
            name = name[3..];
        }

        name = name.StartsWith("this.", StringComparison.Ordinal) || name.StartsWith("this/", StringComparison.Ordinal) ? name[5..]
            : name.StartsWith("@root.", StringComparison.Ordinal) ? name[6..]
            : name.StartsWith("./", StringComparison.Ordinal) ? name[2..]
            : name;
        var isExplicit = name.Length < path.Length;
        var bare = name is ['[', .., ']'] ? name[1..^1] : name;
        if (!isExplicit && !mayBeHelper && TemplateHelpers.Known.TryGetValue(bare, out var helper))
        {
            var needs = $"{bare} needs {helper.Least} {(helper.Least == 1 ? "argument" : "arguments")}";
            throw Mistake($"{needs}, and {Quoted()} gives 0. Write for example {helper.Example}{OrField(bare, [])}");
        }

        if (!isExplicit && (NoFields.Contains(bare) || bare is "else" or "helperMissing" or "blockHelperMissing"))
        {
            throw Mistake($"'{bare}' in {Quoted()} is no field. Write \"{bare}\" for the text, this.{bare} for a field of that name");
        }

        if (bare.Length == 0 || VisibleText.Compose(bare) != ContactColumns.SnakeCase(bare) || VisibleText.HasNoncharacters(bare))
        {
            throw Mistake(NoField(bare));
        }

        CheckClimb(path);

        if (name.Length == path.Length - (path.StartsWith("this", StringComparison.Ordinal) ? 5 : path.StartsWith("./", StringComparison.Ordinal) ? 2 : 0)
            && open.TryPeek(out var block) && block.IsText)
        {
            throw Mistake($"'{Shortened(path)}' stands in {{{{#{block.Name}}}}}, which is about a text, and a text has no fields. Write @root.{bare} for the contact's");
        }
    }

    // Beyond the outermost place there is nothing, for nobody.
    void CheckClimb(string path)
    {
        var steps = path.Split('/').TakeWhile(step => step == "..").Count();
        if (steps > open.Count(block => block.HasPlace))
        {
            var last = path[(path.LastIndexOf('/') + 1)..];
            throw Mistake($"'{Shortened(path)}' in {Quoted()} leads out of everything: ../ leaves {{{{#each}}}} and {{{{#with}}}}, and here stand fewer of them around it. "
                + $"Write @root{(last is ".." or "this" or "" ? "" : "." + Shortened(last))} for the contact{(last is ".." or "this" or "" ? "" : "'s field")}");
        }
    }

    string NoField(string name)
    {
        if (Hint(source[start..End()]) is { } hint)
        {
            return hint;
        }

        var last = name[(name.LastIndexOfAny(['.', '/']) + 1)..];
        return name.AsSpan().ContainsAny('.', '/') && ContactColumns.SnakeCase(last) is { Length: > 0 } inner
            ? $"'{Shortened(name)}' in {Quoted()} is no field: the fields of a contact have no parts. Write {inner} for the field, quotes around a text"
            : ContactColumns.Field(name) is { Length: > 0 } field
            ? $"'{Shortened(name)}' in {Quoted()} is no field: their names are in small letters with _ between words. Write {(char.IsDigit(field[0]) ? "this." : "")}{field} for the field, \"{Shortened(name)}\" for the text"
            : $"'{Shortened(name)}' in {Quoted()} is no field. Write one, as first_name";
    }

    // The turns of a loop over the offers are about one of them each, which has fields as the contact has.
    static bool IsOffers(Argument argument) => argument is { Kind: ArgumentKind.Path, Text: OfferFields.All or $"this.{OfferFields.All}" or $"@root.{OfferFields.All}" };

    static bool IsContact(string path) => path is "@root" or ".." or "../this" || path.StartsWith("../", StringComparison.Ordinal) && path.Trim('.', '/').Length == 0;

    bool IsThisContact(string path) => path is "this" or "." && !(open.TryPeek(out var block) && block.IsText);

    static string OrField(string name, List<Argument> arguments) =>
        arguments.Count == 0 ? $", or {{{{this.{name}}}}} for the contact's field of that name" : "";

    static string Nearest(string name, IEnumerable<string> known)
    {
        var nearest = known.MinBy(each => Distance(name.ToUpperInvariant(), each.ToUpperInvariant()))!;
        return Distance(name.ToUpperInvariant(), nearest.ToUpperInvariant()) <= Math.Max(1, nearest.Length / 3) ? $", but there is '{nearest}'" : "";
    }

    // How many letters to change, add or leave out.
    static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1)));
            }
        }

        return row[right.Length];
    }

    int End()
    {
        var end = source.IndexOf("}}", Math.Max(start, 0), StringComparison.Ordinal);
        return end < 0 ? source.Length : end;
    }

    string Quoted()
    {
        var end = End();
        while (end < source.Length && source[end] == '}')
        {
            end++;
        }

        return Shortened(source[start..end].ReplaceLineEndings(" "));
    }

    static string Shortened(string text) => text.Length <= LongestQuoted ? text : text[..LongestQuoted] + "...";

    TemplateMistake Mistake(string wrong) => new(start, wrong);

    /// <param name="Depth">How many stand around it, it included.</param>
    /// <param name="Count">How many expressions stand before what is in it.</param>
    /// <param name="IsText">What stands in it is about a text.</param>
    /// <param name="HasPlace">What stands in it is at a place of its own, which ../ leaves.</param>
    sealed record Block(string Name, int At, int Depth, int Number, int Count, bool IsLoop, bool IsText, bool HasPlace, bool ElseHasPlace, bool HasElse = false);

    /// <param name="Now">Characters of this branch so far.</param>
    /// <param name="Before">Of the shortest of the branches before it.</param>
    readonly record struct Written(int Now, int Before, bool HasElse)
    {
        public int Shortest => Math.Min(Now, Before);

        public Written And(int more) => this with { Now = Now + more };
    }

    enum ArgumentKind { Path, Text, Number, Truth, Call }

    sealed record Argument(ArgumentKind Kind, string Text)
    {
        /// <summary>A word that is in no quotes and does not say that it is a field.</summary>
        public bool IsBare => Kind == ArgumentKind.Path && !Text.StartsWith("this", StringComparison.Ordinal) && !Text.StartsWith('@')
            && !Text.StartsWith('.') && !Text.StartsWith('[');
    }

    sealed record Call(string Name, List<Argument> Arguments);

    sealed class TemplateMistake(int at, string message) : Exception(message)
    {
        public int At => at;
    }
}
