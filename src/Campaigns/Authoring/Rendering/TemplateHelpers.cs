using System.Collections.Frozen;
using System.Globalization;
using Campaigns.Audience;
using Campaigns.Audience.Import;
using HandlebarsDotNet;
using HandlebarsDotNet.Features;
using HandlebarsDotNet.Helpers;
using HandlebarsDotNet.PathStructure;
using HandlebarsDotNet.Runtime;

namespace Campaigns.Authoring.Rendering;

/// <summary>Where a helper may stand.</summary>
enum HelperUse
{
    /// <summary>Around a part of the template only, as {{#each this}}.</summary>
    Block,

    /// <summary>Around a part of the template, and in brackets.</summary>
    Condition,

    /// <summary>Where a value stands: alone, and in brackets.</summary>
    Value,
}

/// <summary>What an argument of a helper may be.</summary>
enum HelperArgument
{
    /// <summary>A field, a literal, or a helper in brackets.</summary>
    Any,

    /// <summary>What may be there or not: a field, the contact itself, or a helper in brackets; a literal is always there.</summary>
    Condition,

    /// <summary>What has fields of its own: the contact, or a text.</summary>
    Place,

    /// <summary>A field or a helper in brackets.</summary>
    Variable,

    /// <summary>In quotes, or a number.</summary>
    Literal,

    /// <summary>As a literal; a field only where it is written as one, as this.currency.</summary>
    Fixed,
}

/// <summary>How a helper is called.</summary>
/// <param name="Least">How many arguments it needs; it takes as many as <paramref name="Arguments"/> names, or more where the last one repeats.</param>
/// <param name="Check">What is wrong with literals among the arguments, by place; null where nothing is.</param>
sealed record TemplateHelper(
    string Name, HelperUse Use, int Least, IReadOnlyList<HelperArgument> Arguments, string Example, bool Repeats = false,
    Func<int, string, string?>? Check = null)
{
    const int MostRepeated = 10;

    public int Most => Repeats ? MostRepeated : Arguments.Count;

    public HelperArgument Argument(int place) => Arguments[Math.Min(place, Arguments.Count - 1)];
}

/// <summary>
/// The helpers that SendGrid's templates know beyond Handlebars' own, and those for links and prices. A condition on a variable that is absent is
/// simply false; a value made of one that is absent is missing itself.
/// </summary>
static class TemplateHelpers
{
    const string Default = "default=";
    const int MostDigits = 10;

    static readonly string[] OffsetForms = ["+0100", "-08:00"];

    /// <summary>All there are.</summary>
    public static readonly FrozenDictionary<string, TemplateHelper> Known = new TemplateHelper[]
    {
        new("if", HelperUse.Block, 1, [HelperArgument.Condition], """{{#if plan}}...{{/if}}"""),
        new("unless", HelperUse.Block, 1, [HelperArgument.Condition], """{{#unless plan}}...{{/unless}}"""),
        new("each", HelperUse.Block, 1, [HelperArgument.Place], """{{#each this}}{{@key}}: {{this}}{{/each}}"""),
        new("with", HelperUse.Block, 1, [HelperArgument.Place], """{{#with plan}}{{this}}{{/with}}"""),
        new("equals", HelperUse.Condition, 2, [HelperArgument.Any, HelperArgument.Any], """{{#equals plan "gold"}}...{{/equals}}"""),
        new("notEquals", HelperUse.Condition, 2, [HelperArgument.Any, HelperArgument.Any], """{{#notEquals plan "gold"}}...{{/notEquals}}"""),
        new("greaterThan", HelperUse.Condition, 2, [HelperArgument.Any, HelperArgument.Any], """{{#greaterThan age 18}}...{{/greaterThan}}""", Check: CheckComparable),
        new("lessThan", HelperUse.Condition, 2, [HelperArgument.Any, HelperArgument.Any], """{{#lessThan age 18}}...{{/lessThan}}""", Check: CheckComparable),
        new("and", HelperUse.Condition, 2, [HelperArgument.Condition], """{{#and plan company}}...{{/and}}""", Repeats: true),
        new("or", HelperUse.Condition, 2, [HelperArgument.Condition], """{{#or plan company}}...{{/or}}""", Repeats: true),
        new("insert", HelperUse.Value, 1, [HelperArgument.Variable, HelperArgument.Literal], """{{insert first_name "default=friend"}}""", Check: CheckDefault),
        new("length", HelperUse.Value, 1, [HelperArgument.Any], """{{length plan}}"""),
        new("lookup", HelperUse.Value, 2, [HelperArgument.Place, HelperArgument.Any, HelperArgument.Literal], """{{lookup this "plan"}}""", Check: CheckLookUp),
        new("formatDate", HelperUse.Value, 2, [HelperArgument.Any, HelperArgument.Fixed, HelperArgument.Fixed],
            """{{formatDate joined "DD.MM.YYYY" "+0100"}}""", Check: CheckDate),
        new("urlEncode", HelperUse.Value, 1, [HelperArgument.Any], """{{urlEncode email}}"""),
        new("multiply", HelperUse.Value, 2, [HelperArgument.Any, HelperArgument.Any], """{{multiply price 0.9}}""", Repeats: true, Check: CheckNumber),
        new("round", HelperUse.Value, 1, [HelperArgument.Any, HelperArgument.Literal], """{{round price 2}}""", Check: CheckRound),
        new("money", HelperUse.Value, 2, [HelperArgument.Any, HelperArgument.Fixed, HelperArgument.Fixed],
            """{{money price "EUR" "de-DE"}}""", Check: CheckMoney),
    }.ToFrozenDictionary(helper => helper.Name, StringComparer.Ordinal);

    public static void Register(HandlebarsConfiguration configuration)
    {
        Condition("equals", arguments => Same(arguments[0], arguments[1]));
        Condition("notEquals", arguments => !Same(arguments[0], arguments[1]));
        Condition("greaterThan", arguments => Compare(arguments[0], arguments[1]) > 0);
        Condition("lessThan", arguments => Compare(arguments[0], arguments[1]) < 0);
        Condition("and", arguments => arguments.All(IsTruthy));
        Condition("or", arguments => arguments.Any(IsTruthy));
        Value("insert", Insert);
        Value("length", arguments => Text(arguments[0]).Length);
        Value("formatDate", FormatDate);
        Value("urlEncode", arguments => FirstMissing(arguments) ?? Uri.EscapeDataString(Text(arguments[0])));
        Value("multiply", Multiply);
        Value("round", Round);
        Value("money", WriteMoney);
        // The library puts its own look-up in place when it begins to compile: it can read members of classes, and keeps every name it was asked for.
        configuration.CompileTimeConfiguration.Features.Add(new Replace(new Helper("lookup", LookUp)));

        void Value(string name, Func<Arguments, object?> compute) => configuration.Helpers[name] = new Helper(name, compute);

        void Condition(string name, Func<Arguments, bool> holds)
        {
            configuration.Helpers[name] = new Helper(name, arguments => holds(arguments));
            configuration.BlockHelpers[name] = new BlockHelper(name, holds);
        }
    }

    // With a default it is asked for that nothing be missing; without one, that nothing be written.
    static string Insert(Arguments arguments)
    {
        var value = Text(arguments[0]);
        return value.Length > 0 ? value : arguments.Length > 1 ? Text(arguments[1])[Default.Length..] : "";
    }

    static object? LookUp(Arguments arguments)
    {
        var name = Text(arguments[1]);
        return arguments[0] is RecipientFields fields && fields.TryGet(name, out var value) ? value
            : arguments.Length > 2 ? arguments[2]
            : new MissingValue(name.Length > 0 ? name : "lookup");
    }

    static object? Multiply(Arguments arguments)
    {
        if (FirstMissing(arguments) is { } missing)
        {
            return missing;
        }

        try
        {
            return arguments.Aggregate(1m, (product, factor) => product * Amount(factor));
        }
        catch (OverflowException)
        {
            throw new FormatException($"The product of {string.Join(" and ", arguments.Select(factor => Shortened(Text(factor))))} is too large: it has at most 28 digits.");
        }
    }

    static object? Round(Arguments arguments)
    {
        if (FirstMissing(arguments) is { } missing)
        {
            return missing;
        }

        var digits = arguments.Length > 1 ? (int)Amount(arguments[1]) : 0;
        var rounded = Math.Round(Amount(arguments[0]), digits, MidpointRounding.AwayFromZero);
        return rounded.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    static object? WriteMoney(Arguments arguments)
    {
        if (FirstMissing(arguments) is { } missing)
        {
            return missing;
        }

        var (currency, culture) = (Text(arguments[1]), arguments.Length > 2 ? Text(arguments[2]) : Money.DefaultCulture);
        return !Money.IsCurrency(currency) ? throw new FormatException($"'{currency}' is no currency: write its three letters, as EUR.")
            : Money.Culture(culture) is not { } known ? throw new FormatException($"'{culture}' is no culture: write one as de-DE.")
            : Money.Write(Amount(arguments[0]), currency, known);
    }

    static object? FirstMissing(Arguments arguments) =>
        arguments.FirstOrDefault(argument => argument is null or UndefinedBindingResult or MissingValue);

    // Fields are text, literals in a template may be numbers: 30 and "30" are the same.
    static bool Same(object? left, object? right) =>
        Text(left) == Text(right) || (Number(left) is { } one && Number(right) is { } other && one == other);

    // What is missing is neither more nor less than anything. What is there and cannot be compared would show everybody the wrong part.
    static int Compare(object? left, object? right)
    {
        if (Text(left).Length == 0 || Text(right).Length == 0)
        {
            return 0;
        }

        return (Number(left), Number(right)) is ({ } one, { } other) ? one.CompareTo(other)
            : (Date(left), Date(right)) is ({ } day, { } otherDay) ? day.CompareTo(otherDay)
            : throw new FormatException(
                $"'{Shortened(Text(left))}' and '{Shortened(Text(right))}' cannot be compared: write numbers as 1234.50, or dates as 2026-03-01.");
    }

    static bool IsTruthy(object? value) => value switch
    {
        bool truth => truth,
        RecipientFields => true,
        _ => Text(value).Length > 0,
    };

    static decimal? Number(object? value) => WrittenNumber.Read(Text(value));

    static DateTimeOffset? Date(object? value) => IsoDate.TryRead(Text(value), out var date, out _) ? date : null;

    static decimal Amount(object? value) =>
        Number(value) ?? throw new FormatException($"'{Shortened(Text(value))}' is no number: write one as 1234.50.");

    static string Shortened(string text) => text.Length > 40 ? text[..40] + "..." : text;

    static string Text(object? value) => value switch
    {
        null or UndefinedBindingResult or MissingValue => "",
        string text => text,
        RecipientFields => throw new InvalidOperationException("A helper gets the whole contact, which is no text: name one of its fields."),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    // Whatever else stands there would be sent as it is.
    static string? CheckDefault(int place, string literal) => literal.StartsWith(Default, StringComparison.Ordinal) ? null
        : $"'{Shortened(literal)}' is no default. Write \"{Default}{Shortened(literal[(literal.IndexOfAny(['=', ':']) + 1)..].Trim())}\", with {Default} as it stands here";

    static string? CheckLookUp(int place, string literal) => place != 1 || VisibleText.Compose(literal) == ContactColumns.SnakeCase(literal) || ContactColumns.Field(literal) is not { } field ? null
        : $"'{Shortened(literal)}' is no field: their names are in small letters with _ between words. Write \"{Shortened(field)}\"";

    static string? CheckComparable(int place, string literal) => Number(literal) is null && Date(literal) is null
        ? $"'{Shortened(literal)}' is neither a number nor a date, which alone are more or less than others: write 1234.50 or \"2026-03-01\", and for a text equals or notEquals"
        : null;

    /// <summary>Whether two literals can be compared: two numbers, or two dates.</summary>
    public static bool AreComparable(string left, string right) => Number(left) is null == Number(right) is null;

    static string? CheckNumber(int place, string literal) => Number(literal) is null ? $"'{literal}' is no number: write one as 1234.50" : null;

    static string? CheckRound(int place, string literal) => place == 0 ? CheckNumber(place, literal)
        : int.TryParse(literal, NumberStyles.None, CultureInfo.InvariantCulture, out var digits) && digits <= MostDigits ? null
        : $"'{literal}' is no number of digits: write one from 0 to {MostDigits}";

    static string? CheckMoney(int place, string literal) => place switch
    {
        0 => CheckNumber(place, literal),
        1 => Money.IsCurrency(literal) ? null : $"'{literal}' is no currency: write its three letters, as EUR",
        _ => Money.Culture(literal) is null ? $"'{literal}' is no culture: write one as de-DE" : null,
    };

    static string? CheckDate(int place, string literal) => place switch
    {
        1 => MomentFormat.Check(literal),
        2 when !TryOffset(literal, out _) => $"'{literal}' is no offset: write one as {string.Join(" or ", OffsetForms)}",
        _ => null,
    };

    /// <summary>{{formatDate when "DD.MM.YYYY" "+0100"}}: what is no date of ISO 8601 stays as it is, and a day without a time is the same day everywhere.</summary>
    static object? FormatDate(Arguments arguments)
    {
        if (FirstMissing(arguments) is { } missing)
        {
            return missing;
        }

        var written = Text(arguments[0]);
        if (!IsoDate.TryRead(written, out var date, out var isDay))
        {
            return arguments[0];
        }

        var form = Text(arguments[1]);
        return MomentFormat.Write(form, isDay || arguments.Length < 3 ? date : Shift(date, written, Text(arguments[2])));
    }

    static DateTimeOffset Shift(DateTimeOffset date, string written, string offset)
    {
        if (!TryOffset(offset, out var shift))
        {
            throw new FormatException($"'{Shortened(offset)}' is no offset: write one as {string.Join(" or ", OffsetForms)}.");
        }

        var ticks = date.UtcTicks + shift.Ticks;
        return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks ? date.ToOffset(shift)
            : throw new FormatException($"'{Shortened(written)}' is no time at {offset}: it is in no year from 1 to 9999.");
    }

    static bool TryOffset(string text, out TimeSpan offset)
    {
        offset = default;
        var digits = text.TrimStart('+', '-').Replace(":", "", StringComparison.Ordinal);
        if (text.Length == 0 || digits.Length != 4 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 1400 || number % 100 > 59)
        {
            return false;
        }

        offset = new TimeSpan(number / 100, number % 100, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    /// <summary>Gives a value. Each call is a step of the rendering; what is missing is noted where it is written.</summary>
    sealed class Helper(string name, Func<Arguments, object?> compute) : IHelperDescriptor<HelperOptions>
    {
        public PathInfo Name { get; } = name;

        public object? Invoke(in HelperOptions options, in Context context, in Arguments arguments)
        {
            RenderingRun.Current.Step();
            return compute(arguments);
        }

        public void Invoke(in EncodedTextWriter output, in HelperOptions options, in Context context, in Arguments arguments) =>
            output.Write(Invoke(options, context, arguments) ?? new MissingValue(name));
    }

    /// <summary>Shows one of two parts of the template.</summary>
    sealed class BlockHelper(string name, Func<Arguments, bool> holds) : IHelperDescriptor<BlockHelperOptions>
    {
        public PathInfo Name { get; } = name;

        public object Invoke(in BlockHelperOptions options, in Context context, in Arguments arguments) =>
            throw new InvalidOperationException($"{name} stands around a part of the template and gives no value.");

        public void Invoke(in EncodedTextWriter output, in BlockHelperOptions options, in Context context, in Arguments arguments)
        {
            RenderingRun.Current.Step();
            if (holds(arguments))
            {
                options.Template(output, context);
            }
            else
            {
                options.Inverse(output, context);
            }
        }
    }

    sealed class Replace(IHelperDescriptor<HelperOptions> helper) : IFeatureFactory, IFeature
    {
        public IFeature CreateFeature() => this;

        public void OnCompiling(ICompiledHandlebarsConfiguration configuration) =>
            configuration.Helpers[helper.Name] = new Ref<IHelperDescriptor<HelperOptions>>(helper);

        public void CompilationCompleted()
        {
        }
    }
}
