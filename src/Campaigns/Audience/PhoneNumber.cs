using System.Globalization;
using PhoneNumbers;

namespace Campaigns.Audience;

/// <summary>Telephone numbers in the one form in which they are kept, compared and suppressed: E.164, a plus and digits.</summary>
public static class PhoneNumber
{
    static readonly PhoneNumberUtil Plans = PhoneNumberUtil.GetInstance();

    /// <summary>
    /// Without the blanks, dashes, dots, slashes and brackets that people write, the invisible characters that address books add, and the zero that is
    /// dialled within a country only, as in +41 (0)79. The international prefix 00 is a plus (E.123). Null for what is no number that can be called from
    /// everywhere, and for one that is too short or too long for its country. One without a country code is refused: guessing the country calls a stranger.
    /// </summary>
    public static string? Normalise(string? number)
    {
        // The library reads more than numbers: letters as on a telephone's keys, extensions, a plus in the middle of a text.
        var written = number is null ? "" : VisibleText.RemoveInvisible(VisibleText.Trim(number)).TrimStart('(');
        written = written switch
        {
            ['0', '0', .. var rest] => "+" + rest,
            ['\uff0b', .. var rest] => "+" + rest, // as keyboards for Chinese and Japanese write the plus
            _ => written,
        };
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

    static bool ContainsOnlyDigitsAndSeparators(this ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiDigit(letter) && letter is not ('.' or '/' or '(' or ')')
                && char.GetUnicodeCategory(letter) is not (UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation))
            {
                return false;
            }
        }

        return true;
    }
}
