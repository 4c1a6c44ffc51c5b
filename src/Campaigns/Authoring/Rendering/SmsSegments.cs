using System.Text;

namespace Campaigns.Authoring.Rendering;

/// <summary>GSM-7 holds the letters of Western Europe in seven bits; one letter beyond it makes the whole message UCS-2.</summary>
public enum SmsEncoding { Gsm7, Ucs2 }

/// <summary>The parts in which a text message travels, which are what is paid for and limited.</summary>
public sealed record SmsSegments(SmsEncoding Encoding, int Count)
{
    // GSM 03.38.
    const string Basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
        + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const string Extended = "\f^{}\\[~]|€"; // an escape and another letter

    public static SmsSegments Of(string text)
    {
        var encoding = text.All(letter => Basic.Contains(letter) || Extended.Contains(letter)) ? SmsEncoding.Gsm7 : SmsEncoding.Ucs2;
        return encoding == SmsEncoding.Gsm7
            ? new SmsSegments(encoding, Parts(text, 160, 153, letter => Extended.Contains((char)letter.Value) ? 2 : 1))
            : new SmsSegments(encoding, Parts(text, 70, 67, letter => letter.Utf16SequenceLength));
    }

    /// <param name="alone">What fits into a message of one part; each of several gives up room to say which it is.</param>
    /// <param name="units">The size of a letter, which is never split over two parts.</param>
    static int Parts(string text, int alone, int part, Func<Rune, int> units)
    {
        var (total, count, used) = (0, 0, part);
        foreach (var letter in text.EnumerateRunes())
        {
            var size = units(letter);
            total += size;
            if (used + size > part)
            {
                (count, used) = (count + 1, 0);
            }

            used += size;
        }

        return total > alone ? count : Math.Min(total, 1);
    }
}
