using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Campaigns.Audience;

/// <summary>Text as a reader sees it: what address books and spreadsheets put around it unseen is none of it.</summary>
public static class VisibleText
{
    // Letters and symbols by their category that leave a blank: the fillers of Korean and Khmer, and the empty pattern of Braille.
    static readonly SearchValues<char> Fillers = SearchValues.Create("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0");

    static readonly SearchValues<char> LineBreaks = SearchValues.Create("\u0085\u2028\u2029");

    /// <summary>Whether a reader sees nothing of it.</summary>
    public static bool IsBlank([NotNullWhen(false)] string? text) => text is null || text.All(IsNothing);

    /// <summary>Without the blanks and invisible characters at its ends.</summary>
    public static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsNothing(text[start]))
        {
            start++;
        }

        while (end > start && IsNothing(text[end - 1]))
        {
            end--;
        }

        return start == 0 && end == text.Length ? text : text[start..end];
    }

    /// <summary>Without invisible characters anywhere.</summary>
    public static string RemoveInvisible(string text)
    {
        if (Ascii.IsValid(text) || !text.EnumerateRunes().Any(IsInvisible))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length);
        foreach (var letter in text.EnumerateRunes())
        {
            if (!IsInvisible(letter))
            {
                visible.Append(letter);
            }
        }

        return visible.ToString();
    }

    /// <summary>In Unicode's composed form (NFC), without what has no form: half a pair of surrogates and U+FFFE, which ICU refuses.</summary>
    public static string Compose(string text) => Ascii.IsValid(text) ? text
        : string.Concat(text.EnumerateRunes().Where(letter => !IsNoncharacter(letter))).Normalize();

    /// <summary>Whether there is something in it that is no character.</summary>
    public static bool HasNoncharacters(string text) => !Ascii.IsValid(text) && text.EnumerateRunes().Any(IsNoncharacter);

    static bool IsNoncharacter(Rune letter) => letter == Rune.ReplacementChar || letter.Value is 0xfffe or 0xffff;

    /// <summary>Whether it is one line of text, as a name is.</summary>
    public static bool IsLine(string value) => !value.AsSpan().ContainsAnyInRange('\0', '\u001f') && !value.AsSpan().ContainsAnyInRange('\u007f', '\u009f')
        && !value.AsSpan().ContainsAny(LineBreaks);

    /// <summary>On one line: spreadsheets have line breaks in cells, and a name, or a header of a message, has none.</summary>
    public static string MakeLine(string value)
    {
        if (IsLine(value))
        {
            return value;
        }

        var line = new StringBuilder(value.Length);
        foreach (var letter in value)
        {
            line.Append(char.IsControl(letter) || LineBreaks.Contains(letter) ? ' ' : letter);
        }

        return string.Join(' ', line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)).Trim();
    }

    /// <summary>Without control characters, which belong to terminals: tabs and ends of lines stay.</summary>
    public static string RemoveControls(string text) => HasControls(text) ? string.Concat(text.Where(letter => !IsControl(letter))) : text;

    /// <summary>Whether it has control characters other than tabs and ends of lines.</summary>
    public static bool HasControls(string text) => text.Any(IsControl);

    static bool IsControl(char letter) => char.IsControl(letter) && letter is not ('\t' or '\r' or '\n');

    /// <summary>With a name in the place of each character that nobody sees: <c>&lt;U+200B&gt;</c>.</summary>
    public static string Show(string text)
    {
        if (!text.EnumerateRunes().Any(IsUnseen))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 8);
        foreach (var letter in text.EnumerateRunes())
        {
            shown.Append(IsUnseen(letter) ? $"<U+{letter.Value:X4}>" : letter.ToString());
        }

        return shown.ToString();
    }

    /// <summary>Marks of direction, joiners, the byte order mark and the like (category Cf), and fillers.</summary>
    internal static bool IsInvisible(Rune letter) => Rune.GetUnicodeCategory(letter) == UnicodeCategory.Format || (letter.IsBmp && Fillers.Contains((char)letter.Value));

    static bool IsUnseen(Rune letter) => IsInvisible(letter) || (Rune.IsControl(letter) && letter.Value is not ('\t' or '\r' or '\n'));

    static bool IsNothing(char letter) =>
        char.IsWhiteSpace(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.Format || Fillers.Contains(letter);
}
