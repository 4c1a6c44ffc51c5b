using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PhoneNumbers;

namespace Campaigns.Audience;

/// <summary>Telephone numbers in the one form in which they are kept, compared and suppressed: E.164, a plus and digits.</summary>
public static partial class PhoneNumber
{
    const int FewestDigits = 7;

    static readonly char[] Quotes = [.. "'’‘`´\"=“”"];

    static readonly PhoneNumberUtil Plans = PhoneNumberUtil.GetInstance();

    /// <summary>
    /// Without the blanks, dashes, dots, slashes and brackets that people write, the invisible characters that address books add, and the zero that is
    /// dialled within a country only, as in +41 (0)79; in the digits of any script, and without a label (tel:), a note in brackets or quotes around it. The international prefix 00 is a plus (E.123). Null for what is no number that can be called from
    /// everywhere, and for one that is too short or too long for its country. One without a country code is refused: guessing the country calls a stranger.
    /// </summary>
    public static string? Normalise(string? number)
    {
        // The library reads more than numbers: letters as on a telephone's keys, extensions, a plus in the middle of a text.
        var written = number is null ? "" : Plain(number);
        written = written is ['0', '0', .. var rest] ? "+" + rest : written;
        if (written is not ['+', ..] || !written.AsSpan(1).ContainsOnlyDigitsAndSeparators())
        {
            return null;
        }

        try
        {
            var parsed = Plans.Parse(written, defaultRegion: null);
            // Possible, not valid: ranges are given out faster than a library is updated, and the provider knows which are in use.
            return Plans.IsPossibleNumber(parsed) ? Plans.Format(parsed, PhoneNumberFormat.E164) : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    /// <summary>Whether there is more than one number in a text, as in <c>+41 79 111 22 33 / +41 79 111 22 34</c>: which of them is meant, nobody can know.</summary>
    public static bool IsSeveral(string? text)
    {
        var parts = text is null ? [] : Between().Split(Plain(text)).Where(part => part.Count(char.IsAsciiDigit) >= FewestDigits).ToArray();
        return parts.Length > 1 && parts.All(part => part.All(letter => !char.IsLetter(letter)));
    }

    // As its digits are in other scripts and widths, and without what spreadsheets, links and people put around it.
    static string Plain(string number)
    {
        var text = new StringBuilder(number.Length);
        foreach (var letter in VisibleText.Compose(VisibleText.RemoveInvisible(number)).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(letter) == UnicodeCategory.DecimalDigitNumber)
            {
                text.Append((char)('0' + (int)Rune.GetNumericValue(letter)));
            }
            else
            {
                text.Append(letter.Value switch
                {
                    0x2212 => "-",
                    >= 0xff01 and <= 0xff5e => ((char)(letter.Value - 0xfee0)).ToString(), // as keyboards for Chinese and Japanese write the plus
                    _ => letter.ToString(),
                });
            }
        }

        return Label().Replace(Note().Replace(text.ToString().Trim().Trim(Quotes).Trim(), ""), "").TrimStart('(').Trim();
    }

    [GeneratedRegex(@"\s*[(\[]\s*\p{L}[\p{L}\s.-]*[)\]]\s*$")]
    private static partial Regex Note();

    // As in a link, tel:+41, and in a signature, Mobil: +41. A WhatsApp address is not one to send text messages to.
    [GeneratedRegex(@"^(?:tel|tél|telefon|phone|mobile?|mob|cell|handy|natel|portable|sms|callto|[tmph])[.:]{1,2}\s*(?=[+0(])", RegexOptions.IgnoreCase)]
    private static partial Regex Label();

    [GeneratedRegex(@"[,;|\n/&]|(?<=[0-9)])\s*(?=\+)|\s(?:or|and|oder|und|ou|et|o|e|y|of|en|lub|i)\s", RegexOptions.IgnoreCase)]
    private static partial Regex Between();

    static bool ContainsOnlyDigitsAndSeparators(this ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiDigit(letter) && letter is not ('.' or '/' or '(' or ')' or '[' or ']')
                && char.GetUnicodeCategory(letter) is not (UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation))
            {
                return false;
            }
        }

        return true;
    }
}
