using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Campaigns.Audience;

/// <summary>Letters without what careful people, keyboards and fonts add to them, so that words can be compared.</summary>
static class PlainLetters
{
    // Unicode takes accents off, and not what is a letter of its own.
    static readonly FrozenDictionary<char, string> Folded = new Dictionary<char, string>
    {
        ['ı'] = "i", ['đ'] = "d", ['Đ'] = "D", ['ð'] = "d", ['Ð'] = "D", ['ø'] = "o", ['Ø'] = "O", ['ł'] = "l", ['Ł'] = "L", ['æ'] = "ae", ['Æ'] = "AE",
        ['œ'] = "oe", ['Œ'] = "OE", ['ß'] = "ss", ['ẞ'] = "SS", ['þ'] = "th", ['Þ'] = "TH", ['ħ'] = "h", ['Ħ'] = "H", ['ŧ'] = "t", ['Ŧ'] = "T", ['ĸ'] = "k",
    }.ToFrozenDictionary();

    /// <summary>Full-width, mathematical and accented letters as plain ones, ligatures as the letters they stand for, and nothing that nobody sees.</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var folded = new StringBuilder(text.Length);
        foreach (var letter in VisibleText.Compose(text).Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (letter.IsBmp && Folded.TryGetValue((char)letter.Value, out var plain))
            {
                folded.Append(plain);
            }
            else if (Rune.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark && !VisibleText.IsInvisible(letter))
            {
                folded.Append(letter);
            }
        }

        return folded.ToString().Normalize();
    }
}
