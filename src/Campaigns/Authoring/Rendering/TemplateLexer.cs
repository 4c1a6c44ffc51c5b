using System.Collections;
using System.Globalization;
using System.Reflection;
using HandlebarsDotNet;

namespace Campaigns.Authoring.Rendering;

/// <summary>The kinds of tokens, with the numbers that the library gives them.</summary>
enum TemplateTokenKind
{
    Static = 0,
    StartExpression = 1,
    EndExpression = 2,
    Word = 3,
    Literal = 4,
    Structure = 5,
    Comment = 6,
    Partial = 7,
    Layout = 8,
    StartBrackets = 9,
    EndBrackets = 10,
    Assignment = 11,
    BlockParameters = 12,
}

/// <summary>A piece of a template as the Handlebars library reads it.</summary>
/// <param name="Value">What the library makes of it: without quotes, and without what it skips.</param>
/// <param name="Delimiter">The quote around a literal; null for numbers.</param>
/// <param name="At">For the start of an expression: where what stands between the braces begins. For its end: behind the braces. Else 0.</param>
/// <param name="Braces">Two, three or four, for the start and the end of an expression; else 0.</param>
/// <param name="Trims">For the start of an expression: whether a tilde follows its braces.</param>
readonly record struct TemplateToken(TemplateTokenKind Kind, string Value, char? Delimiter, int At, int Braces, bool Trims);

/// <summary>
/// Reads a template with the lexer of the Handlebars library, so that a check sees what the compiler will see. The lexer is not public, and its
/// tree has no positions (docs/decisions/0045): a test reads every kind of token, and fails where a new version of the package has another lexer.
/// </summary>
static class TemplateLexer
{
    static readonly Type Reader = Find("HandlebarsDotNet.ExtendedStringReader");
    static readonly Type Token = Find("HandlebarsDotNet.Compiler.Lexer.Token");
    static readonly Type Start = Find("HandlebarsDotNet.Compiler.Lexer.StartExpressionToken");
    static readonly Type End = Find("HandlebarsDotNet.Compiler.Lexer.EndExpressionToken");
    static readonly Type Context = Find("HandlebarsDotNet.IReaderContext");

    static readonly MethodInfo Tokenize = Find("HandlebarsDotNet.Compiler.Lexer.Tokenizer").GetMethod("Tokenize", [Reader])
        ?? throw new MissingMethodException("The lexer of Handlebars.Net has changed.");

    static readonly PropertyInfo Kind = Property(Token, "Type");
    static readonly PropertyInfo Value = Property(Token, "Value");
    static readonly PropertyInfo Delimiter = Property(Find("HandlebarsDotNet.Compiler.Lexer.LiteralExpressionToken"), "Delimiter");
    static readonly PropertyInfo StartContext = Property(Start, "Context");
    static readonly PropertyInfo StartIsEscaped = Property(Start, "IsEscaped");
    static readonly PropertyInfo StartIsRaw = Property(Start, "IsRaw");
    static readonly PropertyInfo StartTrims = Property(Start, "TrimPreceedingWhitespace");
    static readonly PropertyInfo EndContext = Property(End, "Context");
    static readonly PropertyInfo EndIsEscaped = Property(End, "IsEscaped");
    static readonly PropertyInfo EndIsRaw = Property(End, "IsRaw");
    static readonly PropertyInfo Line = Property(Context, "LineNumber");
    static readonly PropertyInfo Column = Property(Context, "CharNumber");

    /// <summary>The tokens one after the other; each is read when it is asked for.</summary>
    /// <exception cref="HandlebarsException">The lexer cannot read on.</exception>
    /// <exception cref="InvalidOperationException">The template ends within an expression.</exception>
    public static IEnumerable<TemplateToken> Read(string template)
    {
        var lines = Lines(template);
        using var text = new StringReader(template);
        using var reader = (IDisposable)Activator.CreateInstance(Reader, text)!;
        foreach (var token in (IEnumerable)Tokenize.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [reader], CultureInfo.InvariantCulture)!)
        {
            var kind = (TemplateTokenKind)(int)Kind.GetValue(token)!;
            var value = (string)Value.GetValue(token)!;
            yield return kind switch
            {
                TemplateTokenKind.StartExpression => new TemplateToken(
                    kind, value, null, Position(lines, StartContext.GetValue(token)!), Braces(token, StartIsEscaped, StartIsRaw),
                    (bool)StartTrims.GetValue(token)!),
                TemplateTokenKind.EndExpression => new TemplateToken(
                    kind, value, null, Behind(template, Position(lines, EndContext.GetValue(token)!)), Braces(token, EndIsEscaped, EndIsRaw), false),
                TemplateTokenKind.Literal => new TemplateToken(kind, value, ((string?)Delimiter.GetValue(token))?[0], 0, 0, false),
                _ => new TemplateToken(kind, value, null, 0, 0, false),
            };
        }
    }

    static int Braces(object token, PropertyInfo isEscaped, PropertyInfo isRaw) =>
        (bool)isRaw.GetValue(token)! ? 4 : (bool)isEscaped.GetValue(token)! ? 2 : 3;

    static int Position(List<int> lines, object context) => lines[(int)Line.GetValue(context)!] + (int)Column.GetValue(context)!;

    // The lexer says where it is when it has read one character more, if there is one.
    static int Behind(string template, int position) =>
        position == template.Length && template.EndsWith("}}", StringComparison.Ordinal) ? position : position - 1;

    // The library counts lines by the line ends of the system it runs on.
    static List<int> Lines(string template)
    {
        var lines = new List<int> { 0 };
        for (var at = 0; (at = template.IndexOf(Environment.NewLine, at, StringComparison.Ordinal)) >= 0;)
        {
            lines.Add(at += Environment.NewLine.Length);
        }

        return lines;
    }

    static Type Find(string name) => typeof(Handlebars).Assembly.GetType(name, throwOnError: true)!;

    static PropertyInfo Property(Type type, string name) =>
        type.GetProperty(name) ?? throw new MissingMemberException(type.FullName, name);
}
