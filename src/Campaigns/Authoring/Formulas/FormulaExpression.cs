using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Campaigns.Audience.Import;
using Campaigns.Authoring.Rendering;
using NCalc;
using NCalc.Exceptions;
using NCalc.Visitors;

namespace Campaigns.Authoring.Formulas;

/// <summary>What a field is in an offer; null where it has none.</summary>
public delegate string? FindField(string name);

/// <summary>
/// One expression. NCalc reads it, and it is reckoned here: in decimals, as money is, and with nothing but what stands in this file, so that there is no
/// way out of it and no loop in it. What goes wrong is a value too, since of a million offers many may lack a field.
/// </summary>
sealed partial class FormulaExpression
{
    const int Longest = 1_000;
    const int Deepest = 30;

    static readonly LogicalExpressionParserOptions Decimals = new()
    {
        FloatingPointNumberType = FloatingPointNumberType.Decimal, IntegerNumberType = IntegerNumberType.Int64, ArgumentSeparator = ArgumentSeparator.Comma,
    };

    readonly Func<FindField, Term> reckon;

    FormulaExpression(Func<FindField, Term> reckon) => this.reckon = reckon;

    /// <summary>The expression, or what is wrong with it and what would do.</summary>
    public static (FormulaExpression? Expression, string? Wrong) Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > Longest)
        {
            return (null, $"An expression has 1 to {Longest} characters. Write for example round(list_price * 0.72, -2).");
        }

        if (IsTooDeep(text))
        {
            return (null, $"Brackets and signs stand more than {Deepest} deep in each other.");
        }

        var writer = new Writer();
        try
        {
            var parsed = LogicalExpressionParser.Parse(InBrackets(text), Decimals, CultureInfo.InvariantCulture, CancellationToken.None);
            var reckon = parsed.Accept(writer);
            return writer.Wrong is { } wrong ? (null, wrong) : (new FormulaExpression(reckon), null);
        }
        catch (Exception error) when (error is NCalcException or FormatException or OverflowException or ArgumentException)
        {
            return (null, $"It cannot be read: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Write for example round(list_price * 0.72, -2).");
        }
    }

    /// <summary>A number or a text; or why there is none.</summary>
    public Term Reckon(FindField fields)
    {
        try
        {
            return reckon(fields);
        }
        catch (OverflowException)
        {
            return Term.Fails("a number in it is too large: numbers have at most 28 digits");
        }
    }

    // The parser knows names of ASCII letters only, unless they are in brackets.
    static string InBrackets(string text) => Words().Replace(text, word => word.Value[0] is '\'' or '"' or '[' or '#' || Ascii.IsValid(word.Value) ? word.Value : $"[{word.Value}]");

    [GeneratedRegex("""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\[[^\]]*\]|#[^#]*#|[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*""")]
    private static partial Regex Words();

    // The parser goes down into each, and so do we: its stack is the whole process's.
    static bool IsTooDeep(string text)
    {
        var (depth, run) = (0, 0);
        foreach (var letter in text)
        {
            depth += letter is '(' or '?' ? 1 : letter == ')' ? -1 : 0;
            run = letter is '-' or '!' or '~' or '+' or '(' ? run + 1 : letter == ' ' ? run : 0;
            if (depth > Deepest || run > Deepest)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes a function of what was parsed; what it does not know is not known in formulas.</summary>
    sealed class Writer : ILogicalExpressionVisitor<Func<FindField, Term>>
    {
        /// <summary>What is wrong first.</summary>
        public string? Wrong { get; private set; }

        public Func<FindField, Term> Visit(TernaryExpression expression) =>
            If(expression.LeftExpression.Accept(this), expression.MiddleExpression.Accept(this), expression.RightExpression.Accept(this));

        public Func<FindField, Term> Visit(BinaryExpression expression)
        {
            var (left, right) = (expression.LeftExpression.Accept(this), expression.RightExpression.Accept(this));
            return expression.Type switch
            {
                BinaryExpressionType.Plus => Arithmetic(left, right, (a, b) => Term.Of(a + b)),
                BinaryExpressionType.Minus => Arithmetic(left, right, (a, b) => Term.Of(a - b)),
                BinaryExpressionType.Times => Arithmetic(left, right, (a, b) => Term.Of(a * b)),
                BinaryExpressionType.Div => Arithmetic(left, right, (a, b) => b == 0 ? Term.Fails("it divides by zero") : Term.Of(a / b)),
                BinaryExpressionType.Modulo => Arithmetic(left, right, (a, b) => b == 0 ? Term.Fails("it divides by zero") : Term.Of(a % b)),
                BinaryExpressionType.Equal => Compare(left, right, order => order == 0),
                BinaryExpressionType.NotEqual => Compare(left, right, order => order != 0),
                BinaryExpressionType.Lesser => Compare(left, right, order => order < 0),
                BinaryExpressionType.LesserOrEqual => Compare(left, right, order => order <= 0),
                BinaryExpressionType.Greater => Compare(left, right, order => order > 0),
                BinaryExpressionType.GreaterOrEqual => Compare(left, right, order => order >= 0),
                BinaryExpressionType.And => find => left(find).Truth() is { IsTrue: false } first ? first : right(find).Truth(),
                BinaryExpressionType.Or => find => left(find).Truth() is { IsFalse: false } first ? first : right(find).Truth(),
                BinaryExpressionType.Coalesce => Coalesce(left, right),
                _ => Refuse("It has an operator that formulas do not know. They know + - * / %, = != < <= > >=, and, or, not, ?: and ??."),
            };
        }

        public Func<FindField, Term> Visit(UnaryExpression expression)
        {
            var inner = expression.Expression.Accept(this);
            return expression.Type switch
            {
                UnaryExpressionType.Negate => Each(inner, number => -number),
                UnaryExpressionType.Positive => Each(inner, number => number),
                UnaryExpressionType.Not => find => inner(find).Truth() is var term && term.Kind == TermKind.Truth ? Term.Of(term.IsFalse) : term,
                _ => Refuse("It has a sign that formulas do not know. They know - and not."),
            };
        }

        public Func<FindField, Term> Visit(ValueExpression expression)
        {
            Term? term = expression.Value switch
            {
                decimal number => Term.Of(number),
                long number => Term.Of(number),
                int number => Term.Of(number),
                bool truth => Term.Of(truth),
                string text => Term.Of(text),
                _ => null,
            };
            return term is { } value ? _ => value : Refuse($"'{expression.Value}' is neither a number, a text in quotes, true nor false.");
        }

        public Func<FindField, Term> Visit(Identifier expression)
        {
            var name = ContactColumns.SnakeCase(expression.Name);
            if (name.Length == 0)
            {
                return Refuse($"'{expression.Name}' is no field.");
            }

            return find => find(name) is { } text && !string.IsNullOrWhiteSpace(text) ? Term.Read(name, text) : Term.Lacks(name);
        }

        public Func<FindField, Term> Visit(LogicalExpressionList expression) => Refuse("It has a list, which formulas do not know.");

        public Func<FindField, Term> Visit(Function expression)
        {
            Func<FindField, Term>[] given = [.. expression.Parameters.Select(parameter => parameter.Accept(this))];
            return (expression.Identifier.Name.ToLowerInvariant(), given.Length) switch
            {
                ("round", 1) => Arithmetic(given[0], _ => Term.Of(0m), Round),
                ("round", 2) => Arithmetic(given[0], given[1], Round),
                ("floor", 1) => Each(given[0], Math.Floor),
                ("ceiling", 1) => Each(given[0], Math.Ceiling),
                ("abs", 1) => Each(given[0], Math.Abs),
                ("min", > 1) => given.Aggregate((left, right) => Arithmetic(left, right, (a, b) => Term.Of(Math.Min(a, b)))),
                ("max", > 1) => given.Aggregate((left, right) => Arithmetic(left, right, (a, b) => Term.Of(Math.Max(a, b)))),
                ("if", 3) => If(given[0], given[1], given[2]),
                ("coalesce", > 1) => given.Aggregate(Coalesce),
                ("missing", 1) => find => Term.Of(given[0](find).Kind == TermKind.Missing),
                _ => Refuse(
                    $"There is no {expression.Identifier.Name} of {given.Length} {(given.Length == 1 ? "argument" : "arguments")}. Formulas know round(number), "
                    + "round(number, digits), floor, ceiling, abs, min, max, if(condition, then, else), coalesce(field, otherwise) and missing(field)."),
            };
        }

        // As people round: a half goes up. Of -2 digits 12,350 is 12,400.
        static Term Round(decimal number, decimal digits)
        {
            if (digits != decimal.Truncate(digits) || digits is < -15 or > 15)
            {
                return Term.Fails("it rounds to a number of digits that is not a whole one from -15 to 15");
            }

            if (digits >= 0)
            {
                return Term.Of(Math.Round(number, (int)digits, MidpointRounding.AwayFromZero));
            }

            var step = 1m;
            for (var i = 0; i > digits; i--)
            {
                step *= 10;
            }

            return Term.Of(Math.Round(number / step, MidpointRounding.AwayFromZero) * step);
        }

        static Func<FindField, Term> If(Func<FindField, Term> condition, Func<FindField, Term> then, Func<FindField, Term> otherwise) => find =>
            condition(find).Truth() switch { { IsTrue: true } => then(find), { IsFalse: true } => otherwise(find), var failed => failed };

        static Func<FindField, Term> Coalesce(Func<FindField, Term> left, Func<FindField, Term> right) => find =>
            left(find) is { Kind: not TermKind.Missing } given ? given : right(find);

        static Func<FindField, Term> Each(Func<FindField, Term> term, Func<decimal, decimal> reckon) => find =>
            term(find).Number() is var number && number.Kind == TermKind.Number ? Term.Of(reckon(number.Amount)) : number;

        static Func<FindField, Term> Arithmetic(Func<FindField, Term> left, Func<FindField, Term> right, Func<decimal, decimal, Term> reckon) => find =>
        {
            var (first, second) = (left(find).Number(), right(find).Number());
            return first.Kind != TermKind.Number ? first : second.Kind != TermKind.Number ? second : reckon(first.Amount, second.Amount);
        };

        // As numbers where one of them is one; else as texts, whatever their case.
        static Func<FindField, Term> Compare(Func<FindField, Term> left, Func<FindField, Term> right, Func<int, bool> holds) => find =>
        {
            var (first, second) = (left(find), right(find));
            if (first.Kind == TermKind.Number || second.Kind == TermKind.Number || (first.AsNumber is not null && second.AsNumber is not null))
            {
                (first, second) = (first.Number(), second.Number());
            }

            return first.WhyNone is { } why ? Term.Fails(why)
                : second.WhyNone is { } reason ? Term.Fails(reason)
                : Term.Of(holds(first.Kind == TermKind.Number
                    ? first.Amount.CompareTo(second.Amount)
                    : string.Compare(first.ToString(), second.ToString(), StringComparison.OrdinalIgnoreCase)));
        };

        Func<FindField, Term> Refuse(string wrong)
        {
            Wrong ??= wrong;
            return _ => Term.Fails(wrong);
        }
    }
}

enum TermKind { Number, Text, Truth, Missing, Failed }

/// <summary>A value within an expression.</summary>
/// <param name="Words">The text; of what is missing its name, of what failed the reason.</param>
/// <param name="Field">Where it comes from; null where it was reckoned.</param>
readonly record struct Term(TermKind Kind, decimal Amount, string? Words, string? Field = null)
{
    public static Term Of(decimal number) => new(TermKind.Number, number, null);

    public static Term Of(string text) => new(TermKind.Text, 0, text);

    public static Term Of(bool truth) => new(TermKind.Truth, truth ? 1 : 0, null);

    public static Term Read(string field, string text) => new(TermKind.Text, 0, text.Trim(), field);

    public static Term Lacks(string field) => new(TermKind.Missing, 0, field);

    public static Term Fails(string why) => new(TermKind.Failed, 0, why);

    public bool IsTrue => Kind == TermKind.Truth && Amount == 1;

    public bool IsFalse => Kind == TermKind.Truth && Amount == 0;

    /// <summary>Why there is no value; null where there is one.</summary>
    public string? WhyNone => Kind switch { TermKind.Missing => $"there is no {Words}", TermKind.Failed => Words, _ => null };

    /// <summary>As people write numbers, with marks and a currency.</summary>
    public decimal? AsNumber => Kind switch { TermKind.Number => Amount, TermKind.Text => WrittenNumber.Read(Words!), _ => null };

    public Term Number() => AsNumber is { } number ? Of(number)
        : WhyNone is { } why ? Fails(why)
        : Fails(Field is null ? $"'{this}' is no number" : $"{Field} is '{Shortened(Words!)}', which is no number");

    public Term Truth() => Kind == TermKind.Truth ? this
        : WhyNone is { } why ? Fails(why)
        : Kind == TermKind.Text && bool.TryParse(Words, out var truth) ? Of(truth)
        : Fails($"{(Field is null ? $"'{Shortened(ToString())}'" : $"{Field} is '{Shortened(Words!)}', which")} is neither true nor false");

    /// <summary>As it stands in events and messages: numbers without zeros behind the last digit that counts.</summary>
    public override string ToString() => Kind switch
    {
        TermKind.Number => Amount.ToString("0.############################", CultureInfo.InvariantCulture),
        TermKind.Truth => Amount == 1 ? "true" : "false",
        _ => Words ?? "",
    };

    static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
