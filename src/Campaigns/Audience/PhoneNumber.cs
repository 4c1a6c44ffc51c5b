using System.Globalization;
using System.Text;

namespace Campaigns.Audience;

/// <summary>Telephone numbers in the one form in which they are kept, compared and suppressed: E.164, a plus and digits.</summary>
public static class PhoneNumber
{
    const int FewestDigits = 7;
    const int MostDigits = 15;

    /// <summary>
    /// Without the blanks, dashes, dots, slashes and brackets that people write, or null for what is no number that can be called from
    /// everywhere. One without a country code is refused: guessing the country calls a stranger.
    /// </summary>
    public static string? Normalise(string? number)
    {
        // The zero that is dialled within a country only, as in +41 (0)79.
        var written = number?.Trim().Replace("(0)", "", StringComparison.Ordinal);
        if (written is not ['+', ..])
        {
            return null;
        }

        var normal = new StringBuilder("+", MostDigits + 1);
        foreach (var letter in written.AsSpan(1))
        {
            if (char.IsAsciiDigit(letter))
            {
                normal.Append(letter);
            }
            else if (!IsSeparator(letter))
            {
                return null;
            }
        }

        return normal.Length - 1 is >= FewestDigits and <= MostDigits && normal[1] != '0' ? normal.ToString() : null;
    }

    static bool IsSeparator(char letter) => letter is '.' or '/' or '(' or ')'
        || char.GetUnicodeCategory(letter) is UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation;
}
