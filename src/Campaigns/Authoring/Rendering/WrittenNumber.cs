using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Campaigns.Audience;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// Numbers as people write them: with a point or a comma before the fraction, with marks between thousands, with a currency. Only what can mean one number
/// is read: 1,234 is a thousand to some and little more than one to others, though $1,234 is a thousand, and 1.234 € may be one too. A single point is else always the one
/// before the fraction.
/// </summary>
static partial class WrittenNumber
{
    const int Longest = 100;

    static readonly SearchValues<char> DigitsAndPoint = SearchValues.Create("0123456789.");

    public static decimal? Read(string written)
    {
        if (written.Length > Longest)
        {
            return null;
        }

        if (IsPlain(written))
        {
            return decimal.Parse(written, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        }

        var (amount, currency) = WithoutCurrency(Plain(written));
        var text = NoCents().Replace(amount, "");
        var number = currency is not null && Thousands().IsMatch(text) ? OfThousands(text, currency)
            : Simple().IsMatch(text) ? text
            : Grouped().Match(text) is { Success: true } read ? $"{Marks().Replace(read.Groups["whole"].Value, "")}.{read.Groups["fraction"]}"
            : DecimalComma().IsMatch(text) && !Ambiguous().IsMatch(text) ? text.Replace(',', '.')
            : null;
        return decimal.TryParse(
            number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value : null;
    }

    static string Plain(string written)
    {
        var text = new StringBuilder(written.Length);
        foreach (var letter in VisibleText.RemoveInvisible(written).Trim())
        {
            text.Append(letter switch
            {
                '\u2212' => '-',
                '’' or '´' or '`' or '‘' => '\'',
                _ => char.GetUnicodeCategory(letter) == UnicodeCategory.SpaceSeparator ? ' ' : letter,
            });
        }

        return text.ToString();
    }

    // As programs write them, which are most: they need no patterns.
    static bool IsPlain(ReadOnlySpan<char> text)
    {
        var digits = text.StartsWith("-") ? text[1..] : text;
        return digits.Length is > 0 and <= 25 && char.IsAsciiDigit(digits[0]) && digits.Count('.') <= 1 && !digits.ContainsAnyExcept(DigitsAndPoint);
    }

    // Three digits behind a single mark: where the mark is the one that those who use the currency write between thousands. Theirs before a fraction may be
    // one, as in the price of petrol.
    static string? OfThousands(string text, string currency) => (text.Contains(',', StringComparison.Ordinal), WithPoint().IsMatch(currency)) switch
    {
        (true, true) => text.Replace(",", "", StringComparison.Ordinal),
        (false, true) => text,
        _ => null,
    };

    static (string Amount, string? Currency) WithoutCurrency(string text) => Currency().Match(text) is { Success: true } read
        ? (read.Groups["minus"].Value + read.Groups["amount"].Value, read.Groups["sign"].Value)
        : (text, null);

    // 5.- and 5,-- are five francs or euros. A minus behind a number, as some programs write it, looks like that and is not read.
    [GeneratedRegex(@"(?<=[0-9])[.,](?:-{1,2}|[–—])\z")]
    private static partial Regex NoCents();

    [GeneratedRegex(@"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\z")]
    private static partial Regex Simple();

    // The last mark is the one before the fraction where it differs from those between the groups; India writes groups of two.
    [GeneratedRegex(@"^(?<whole>[+-]?[0-9]{1,3}(?:(?:'[0-9]{3})+|(?: [0-9]{3})+))(?:[.,](?<fraction>[0-9]*))?\z"
        + @"|^(?<whole>[+-]?[0-9]{1,3}(?:,[0-9]{3})+)\.(?<fraction>[0-9]+)\z|^(?<whole>[+-]?[0-9]{1,3}(?:\.[0-9]{3})+),(?<fraction>[0-9]+)\z"
        + @"|^(?<whole>[+-]?[0-9]{1,3}(?:,[0-9]{3}){2,})(?<fraction>)\z|^(?<whole>[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,})(?<fraction>)\z"
        + @"|^(?<whole>[+-]?[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3})(?:\.(?<fraction>[0-9]+))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Grouped();

    [GeneratedRegex(@"^[+-]?[0-9]*,[0-9]+\z")]
    private static partial Regex DecimalComma();

    [GeneratedRegex(@"^[+-]?[1-9][0-9]{0,2},[0-9]{3}\z")]
    private static partial Regex Ambiguous();

    [GeneratedRegex(@"^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}\z")]
    private static partial Regex Thousands();

    // Those who write a point before the fraction. The real's sign has a dollar in it.
    [GeneratedRegex(@"(?<!^R)[$£¥₹]|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|MXN|Fr|Rs")]
    private static partial Regex WithPoint();

    [GeneratedRegex("['., ]")]
    private static partial Regex Marks();

    // A sign, or what stands for one, on either side. Not all that ISO 4217 has: TOP 10 and ALL 4 are no amounts.
    const string Sign = @"(?<sign>(?:[A-Z]{1,3} ?)?\p{Sc}|EUR|USD|GBP|CHF|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|TRY|JPY|CNY|INR|CAD|AUD|NZD|BRL|MXN|ZAR|Euro|euro|S?Fr\.?|kr\.?|zł|Kč|Ft|lei|Rs\.?)";

    [GeneratedRegex($@"^(?<minus>[+-]?){Sign} ?(?<amount>[+-]?[0-9.,].*)\z|^(?<minus>[+-]?)(?<amount>[0-9.,](?:.*[0-9])?[.,]?(?:-{{1,2}}|[–—])?) ?{Sign}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Currency();
}
