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

    /// <summary>As many bytes as fill 60 of the 75 characters: what stands around them takes 12.</summary>
    const int MostBytes = 45;

    /// <summary>Characters of a word that fits on a line as it is: MimeKit encodes longer ones.</summary>
    const int LongestPlain = 60;

    public static bool AreNeeded(string text) => !Ascii.IsValid(text) || text.Contains("=?", StringComparison.Ordinal)
        || text.Split(' ').Any(word => word.Length > LongestPlain);

    /// <summary>Each on a line of its own, which readers put together without a space.</summary>
    public static string Encode(string text)
    {
        var words = new List<string>();
        var bytes = new List<byte>(MostBytes);
        Span<byte> one = stackalloc byte[4];
        foreach (var letter in text.EnumerateRunes())
        {
            var length = letter.EncodeToUtf8(one);
            if (bytes.Count + length > MostBytes)
            {
                Add();
            }

            bytes.AddRange(one[..length]);
        }

        Add();
        return string.Join("\r\n ", words);

        void Add()
        {
            words.Add(Begin + Convert.ToBase64String([.. bytes]) + End);
            bytes.Clear();
        }
    }
}
