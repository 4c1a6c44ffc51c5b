using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>One of the words of an enumeration in a query string, in any letter case; another word is refused with the list of them.</summary>
public readonly record struct Word<T>(T Value)
    where T : struct, Enum
{
    public static bool TryParse(string text, IFormatProvider? provider, out Word<T> word)
    {
        if (!Enum.TryParse<T>(text, ignoreCase: true, out var value) || !Enum.IsDefined(value) || char.IsAsciiDigit(text[0]))
        {
            throw new BadHttpRequestException($"'{text}' is none of: {BodyKinds.Words(typeof(T))}.");
        }

        word = new Word<T>(value);
        return true;
    }
}
