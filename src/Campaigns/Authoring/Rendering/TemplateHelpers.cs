using System.Globalization;
using System.Text;
using HandlebarsDotNet;

namespace Campaigns.Authoring.Rendering;

/// <summary>The helpers that SendGrid's templates know beyond Handlebars' own. A condition on a variable that is absent is simply false.</summary>
static class TemplateHelpers
{
    const string Default = "default=";

    public static void Register(IHandlebars handlebars)
    {
        Condition(handlebars, "equals", Same);
        Condition(handlebars, "notEquals", (left, right) => !Same(left, right));
        Condition(handlebars, "greaterThan", (left, right) => Compare(left, right) > 0);
        Condition(handlebars, "lessThan", (left, right) => Compare(left, right) < 0);
        Condition(handlebars, "and", (left, right) => IsTruthy(left) && IsTruthy(right));
        Condition(handlebars, "or", (left, right) => IsTruthy(left) || IsTruthy(right));
        handlebars.RegisterHelper("insert", (output, _, arguments) => output.Write(Insert(arguments)));
        handlebars.RegisterHelper("length", (_, arguments) => arguments.Length > 0 ? Text(arguments[0]).Length : 0);
        handlebars.RegisterHelper("formatDate", (_, arguments) => FormatDate(arguments)!);
    }

    // As a block, {{#equals a b}}, and within brackets, {{#if (equals a b)}}.
    static void Condition(IHandlebars handlebars, string name, Func<object?, object?, bool> holds)
    {
        handlebars.RegisterHelper(name, (output, options, context, arguments) =>
        {
            if (holds(arguments[0], arguments[1]))
            {
                options.Template(output, context);
            }
            else
            {
                options.Inverse(output, context);
            }
        });
        handlebars.RegisterHelper(name, (_, arguments) => holds(arguments[0], arguments[1]));
    }

    static string Insert(Arguments arguments)
    {
        var value = Text(arguments[0]);
        var otherwise = arguments.Length > 1 ? Text(arguments[1]) : "";
        return value.Length > 0 ? value : otherwise.StartsWith(Default, StringComparison.Ordinal) ? otherwise[Default.Length..] : otherwise;
    }

    // Fields are text, literals in a template may be numbers: 30 and "30" are the same.
    static bool Same(object? left, object? right) =>
        Text(left) == Text(right) || (Number(left) is { } one && Number(right) is { } other && one == other);

    static int Compare(object? left, object? right) =>
        Number(left) is { } one && Number(right) is { } other ? one.CompareTo(other) : 0;

    static bool IsTruthy(object? value) => value is bool truth ? truth : Text(value).Length > 0;

    static decimal? Number(object? value) =>
        decimal.TryParse(Text(value), NumberStyles.Number & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) ? number : null;

    static string Text(object? value) => value is null or UndefinedBindingResult ? "" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>{{formatDate when "DD.MM.YYYY" "+0100"}}, in the letters of Moment.js, which SendGrid uses. What is no date stays as it is.</summary>
    static object? FormatDate(Arguments arguments)
    {
        if (!DateTimeOffset.TryParse(Text(arguments[0]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
        {
            return arguments[0];
        }

        if (arguments.Length > 2 && TryOffset(Text(arguments[2]), out var offset))
        {
            date = date.ToOffset(offset);
        }

        var format = DotNetFormat(Text(arguments[1]));
        return format.Length == 0 ? "" : date.ToString(format, CultureInfo.InvariantCulture);
    }

    static bool TryOffset(string text, out TimeSpan offset)
    {
        offset = default;
        var digits = text.TrimStart('+', '-').Replace(":", "", StringComparison.Ordinal);
        if (digits.Length != 4 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 1400 || number % 100 > 59)
        {
            return false;
        }

        offset = new TimeSpan(number / 100, number % 100, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    static string DotNetFormat(string moment)
    {
        var format = new StringBuilder();
        for (var i = 0; i < moment.Length;)
        {
            var letter = moment[i];
            var run = 1;
            while (i + run < moment.Length && moment[i + run] == letter)
            {
                run++;
            }

            format.Append((letter, run) switch
            {
                ('Y', _) => new string('y', run == 2 ? 2 : 4),
                ('D', _) => run == 1 ? "%d" : "dd",
                ('M' or 'H' or 'h' or 'm' or 's', 1) => "%" + letter,
                ('M' or 'd', _) => new string(letter, Math.Min(run, 4)),
                ('H' or 'h' or 'm' or 's', _) => new string(letter, 2),
                ('A' or 'a', _) => "tt",
                ('Z', _) => "zzz",
                _ => string.Concat(Enumerable.Repeat(@"\" + letter, run)),
            });
            i += run;
        }

        // %d means "d alone" only where it is the whole format.
        return format.Length == 2 ? format.ToString() : format.Replace("%", "").ToString();
    }
}
