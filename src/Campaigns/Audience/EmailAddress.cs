using System.Globalization;

namespace Campaigns.Audience;

/// <summary>E-mail addresses in the one form in which they are kept, compared and suppressed.</summary>
public static class EmailAddress
{
    const int LongestAddress = 254;
    const int LongestLocalPart = 64;
    const int LongestLabel = 63;

    /// <summary>
    /// Trimmed and in lower case, or null for what no mailbox can be called. Quoted local parts and comments are legal
    /// in theory and typing errors in practice: refused.
    /// </summary>
    public static string? Normalise(string? address)
    {
        var normal = address?.Trim().ToLowerInvariant();
        return normal is { Length: > 0 and <= LongestAddress } && IsValid(normal) ? normal : null;
    }

    static bool IsValid(string address)
    {
        var at = address.IndexOf('@');
        return at > 0 && at == address.LastIndexOf('@') && IsLocalPart(address.AsSpan(0, at)) && IsDomain(address.AsSpan(at + 1));
    }

    static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        if (local.Length > LongestLocalPart)
        {
            return false;
        }

        var afterDot = true;
        foreach (var letter in local)
        {
            if (letter == '.' ? afterDot : !IsAtom(letter))
            {
                return false;
            }

            afterDot = letter == '.';
        }

        return !afterDot;
    }

    // What RFC 5322 allows outside of quotes, and letters of any script (RFC 6531).
    static bool IsAtom(char letter) =>
        char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-/=?^_`{|}~".Contains(letter) || IsBeyondAscii(letter);

    static bool IsDomain(ReadOnlySpan<char> domain)
    {
        var labels = 0;
        var last = ReadOnlySpan<char>.Empty;
        foreach (var range in domain.Split('.'))
        {
            last = domain[range];
            labels++;
            if (!IsLabel(last))
            {
                return false;
            }
        }

        // A last label of digits is the end of an IP address, not a domain.
        return labels >= 2 && last.Length >= 2 && last.ContainsAnyExceptInRange('0', '9');
    }

    static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-')
        {
            return false;
        }

        foreach (var letter in label)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter != '-' && !IsBeyondAscii(letter))
            {
                return false;
            }
        }

        return true;
    }

    static bool IsBeyondAscii(char letter) => letter > 127 && letter != '\ufffd' && (char.IsLetterOrDigit(letter)
        || char.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Surrogate);
}
