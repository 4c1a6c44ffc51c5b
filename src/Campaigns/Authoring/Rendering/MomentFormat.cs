using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// Forms of dates in the letters of Moment.js, which SendGrid's templates use. A letter that is none of them is a mistake, never a part of the text:
/// else <c>dd.mm.yyyy</c> would send minutes for months. Text stands in square brackets.
/// </summary>
static class MomentFormat
{
    public const int Longest = 100;

    static readonly FrozenDictionary<string, Func<DateTimeOffset, string>> Letters = new Dictionary<string, Func<DateTimeOffset, string>>
    {
        ["YYYY"] = date => Write(date, "yyyy"),
        ["YY"] = date => Write(date, "yy"),
        ["MMMM"] = date => Write(date, "MMMM"),
        ["MMM"] = date => Write(date, "MMM"),
        ["MM"] = date => Write(date, "MM"),
        ["M"] = date => Write(date, "%M"),
        ["DD"] = date => Write(date, "dd"),
        ["D"] = date => Write(date, "%d"),
        ["Do"] = date => Ordinal(date.Day),
        ["dddd"] = date => Write(date, "dddd"),
        ["ddd"] = date => Write(date, "ddd"),
        ["HH"] = date => Write(date, "HH"),
        ["H"] = date => Write(date, "%H"),
        ["hh"] = date => Write(date, "hh"),
        ["h"] = date => Write(date, "%h"),
        ["mm"] = date => Write(date, "mm"),
        ["m"] = date => Write(date, "%m"),
        ["ss"] = date => Write(date, "ss"),
        ["s"] = date => Write(date, "%s"),
        ["A"] = date => Write(date, "tt"),
        ["a"] = date => Write(date, "tt").ToLowerInvariant(),
        ["Z"] = date => Write(date, "zzz"),
        ["ZZ"] = date => Write(date, "zzz").Replace(":", "", StringComparison.Ordinal),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is wrong with a form, without a full stop; null where nothing is.</summary>
    public static string? Check(string form) =>
        string.IsNullOrWhiteSpace(form) || form.Length > Longest ? $"the form of a date has 1 to {Longest} letters, as DD.MM.YYYY" : Read(form).Wrong;

    /// <exception cref="FormatException">The form has a mistake.</exception>
    public static string Write(string form, DateTimeOffset date)
    {
        if (Check(form) is { } wrong)
        {
            throw new FormatException($"{char.ToUpperInvariant(wrong[0])}{wrong[1..]}.");
        }

        var text = new StringBuilder();
        foreach (var (part, isText) in Read(form).Parts)
        {
            text.Append(isText ? part : Letters[part](date));
        }

        return text.ToString();
    }

    static (List<(string Part, bool IsText)> Parts, string? Wrong) Read(string form)
    {
        var parts = new List<(string, bool)>();
        for (var at = 0; at < form.Length;)
        {
            var letter = form[at];
            if (letter == '[')
            {
                var end = form.IndexOf(']', at);
                if (end < 0)
                {
                    return (parts, $"a [ is not closed in '{form}': text in a date stands in brackets, as [at]");
                }

                parts.Add((form[(at + 1)..end], true));
                at = end + 1;
                continue;
            }

            var run = 1;
            while (char.IsAsciiLetter(letter) && at + run < form.Length && form[at + run] == letter)
            {
                run++;
            }

            run += letter == 'D' && run == 1 && at + 1 < form.Length && form[at + 1] == 'o' ? 1 : 0;
            var part = form.Substring(at, run);
            // Letters of other scripts are text: 2026年3月1日 is written YYYY年M月D日.
            if (char.IsAsciiLetter(letter) && !Letters.ContainsKey(part))
            {
                return (parts, $"'{part}' means nothing in the form of a date. Known are {string.Join(", ", Letters.Keys.Order(StringComparer.OrdinalIgnoreCase))}; "
                    + "text stands in brackets, as [at]");
            }

            parts.Add((part, !char.IsAsciiLetter(letter)));
            at += run;
        }

        return (parts, null);
    }

    static string Write(DateTimeOffset date, string format) => date.ToString(format, CultureInfo.InvariantCulture);

    static string Ordinal(int day) => (day, day % 10) switch
    {
        (11 or 12 or 13, _) => $"{day}th",
        (_, 1) => $"{day}st",
        (_, 2) => $"{day}nd",
        (_, 3) => $"{day}rd",
        _ => $"{day}th",
    };
}
