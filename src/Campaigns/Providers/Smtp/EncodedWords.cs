using System.Text;

namespace Campaigns.Providers.Smtp;

/// <summary>
/// Text in a header as encoded words (RFC 2047). MimeKit measures words before it encodes them, so that long ones become longer than the 75 characters
/// that one may have, and leaves ASCII as it is that readers would take for encoded.
/// </summary>
static class EncodedWords
{
    const string Begin = "=?utf-8?b?";
    const string End = "?=";

    /// <summary>Characters of a line that has an encoded word.</summary>
    const int LongestLine = 76;

    /// <summary>Characters of a word that fits on a line as it is: MimeKit encodes longer ones.</summary>
    const int LongestPlain = 60;

    public static bool AreNeeded(string text) => !Ascii.IsValid(text) || text.Contains("=?", StringComparison.Ordinal)
        || text.Split(' ').Any(word => word.Length > LongestPlain);

    /// <summary>Each on a line of its own, which readers put together without a space.</summary>
    /// <param name="before">Characters that stand before them on their first line.</param>
    public static string Encode(string text, int before)
    {
        var words = new List<string>();
        var bytes = new List<byte>(LongestLine);
        Span<byte> one = stackalloc byte[4];
        foreach (var letter in text.EnumerateRunes())
        {
            var length = letter.EncodeToUtf8(one);
            if (bytes.Count + length > MostBytes(words.Count == 0 ? before : 1))
            {
                Add();
            }

            bytes.AddRange(one[..length]);
        }

        Add();
        return string.Join("\r\n ", words);

        // Three bytes are four letters of base64.
        static int MostBytes(int before) => (LongestLine - before - Begin.Length - End.Length) / 4 * 3;

        void Add()
        {
            words.Add(Begin + Convert.ToBase64String([.. bytes]) + End);
            bytes.Clear();
        }
    }
}
