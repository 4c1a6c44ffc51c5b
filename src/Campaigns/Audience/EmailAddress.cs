using System.Buffers;
using System.Globalization;
using System.Text;

namespace Campaigns.Audience;

/// <summary>E-mail addresses in the one form in which they are kept, compared and suppressed.</summary>
public static class EmailAddress
{
    const int LongestAddress = 254;
    const int LongestLocalPart = 64;

    static readonly IdnMapping Domains = new() { UseStd3AsciiRules = true };

    // What RFC 5322 allows outside of quotes.
    static readonly SearchValues<char> AtomLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.");

    static readonly SearchValues<char> DomainLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    // Of UTS 46: what it maps away or forbids, and a reader is better told by name.
    static readonly SearchValues<char> NoDomainLetters = SearchValues.Create("@\"<>,;:()[]_\\ ");

    /// <summary>
    /// In lower case, without blanks and invisible characters around it. Two spellings of one mailbox are one address: the domain is kept as its A-label
    /// (UTS 46, IDNA 2008), what stands before the @ in Unicode's composed form (NFC, RFC 6532 3.1). Null for what no mailbox can be called. Quoted local
    /// parts and comments are legal in theory and typing errors in practice: refused.
    /// </summary>
    public static string? Normalise(string? address) => Read(address).Normal;

    /// <summary>A part of an address with the domain in it as it is kept, in A-labels; null where there is none, or it is no whole one.</summary>
    public static string? SpellDomain(string part)
    {
        var at = part.LastIndexOf('@') + 1;
        try
        {
            return Ascii.IsValid(part) || !part.AsSpan(at).Contains('.') ? null : part[..at].ToLowerInvariant() + Domains.GetAscii(part[at..].ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null; // no domain
        }
    }

    /// <summary>What is wrong with an address, in words that name the character where it is one; null where nothing is.</summary>
    public static string? Problem(string? address) => Read(address) switch
    {
        (_, _, { } character) => $"{Name(character)} cannot stand in an e-mail address.",
        var (_, problem, _) => problem,
    };

    static (string? Normal, string? Problem, Rune? Character) TooLong => (null, $"An e-mail address has at most {LongestAddress} bytes.", null);

    // Imports ask about hundreds of thousands: the words are put together only where somebody reads them.
    static (string? Normal, string? Problem, Rune? Character) Read(string? address)
    {
        var text = address is null ? "" : VisibleText.Trim(address);
        if (text is [.., '>'] && text.Contains('<', StringComparison.Ordinal))
        {
            return (null, "Only the address itself is wanted: without a name beside it, and without < and >.", null);
        }

        var at = text.LastIndexOf('@');
        if (text.Length > 4 * LongestAddress)
        {
            return TooLong;
        }

        if (at <= 0 || at == text.Length - 1)
        {
            return (null, "An e-mail address has a name, an @ and a domain, as in ann@example.com.", null);
        }

        if (ForbiddenCharacter(text.AsSpan(0, at)) is { } wrong)
        {
            return (null, null, wrong);
        }

        var local = text[..at];
        local = Ascii.IsValid(local) ? local.ToLowerInvariant() : local.Normalize().ToLowerInvariant().Normalize();
        if (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
        {
            return (null, "Before the @ a dot stands between other characters only.", null);
        }

        if (Encoding.UTF8.GetByteCount(local) > LongestLocalPart)
        {
            return (null, $"More than {LongestLocalPart} bytes stand before the @.", null);
        }

        var given = text[(at + 1)..].ToLowerInvariant();
        return ForbiddenInDomain(given) is { } forbidden ? (null, null, forbidden)
            : ReadDomain(given) is not { } domain
                ? (null, "What stands behind the @ is no domain, as example.com is one: it may end in a dot, lack one, or have a part that no domain has.", null)
            : Encoding.UTF8.GetByteCount(local) + 1 + domain.Length > LongestAddress ? TooLong
            : ($"{local}@{domain}", null, null);
    }

    /// <returns>The A-label, in lower case; null for what no domain can be called.</returns>
    static string? ReadDomain(string domain)
    {
        if (!Ascii.IsValid(domain) || domain.Contains("xn--", StringComparison.Ordinal))
        {
            try
            {
                domain = Domains.GetAscii(domain).ToLowerInvariant();
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        return !domain.AsSpan().ContainsAnyExcept(DomainLetters) && IsDomain(domain) ? domain : null;
    }

    static bool IsDomain(ReadOnlySpan<char> domain)
    {
        const int longestLabel = 63;
        var labels = 0;
        var last = ReadOnlySpan<char>.Empty;
        foreach (var range in domain.Split('.'))
        {
            last = domain[range];
            labels++;
            if (last.Length is 0 or > longestLabel || last[0] == '-' || last[^1] == '-')
            {
                return false;
            }
        }

        // A last label of digits is the end of an IP address, not a domain.
        return labels >= 2 && last.Length >= 2 && last.ContainsAnyExceptInRange('0', '9');
    }

    // Letters, digits and marks of any script may stand before the @ (RFC 6531), and what belongs to no word may not.
    static Rune? ForbiddenCharacter(ReadOnlySpan<char> local)
    {
        if (!local.ContainsAnyExcept(AtomLetters))
        {
            return null;
        }

        foreach (var letter in local.EnumerateRunes())
        {
            if (letter.IsAscii ? !AtomLetters.Contains((char)letter.Value) : !IsWritten(letter))
            {
                return letter;
            }
        }

        return null;
    }

    static bool IsWritten(Rune letter) => letter != Rune.ReplacementChar && !VisibleText.IsInvisible(letter) && (Rune.IsLetterOrDigit(letter)
        || Rune.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.OtherSymbol or UnicodeCategory.ModifierSymbol);

    // UTS 46 would drop most invisible ones: a domain that a reader does not see as it is was not meant as it is. Two of them belong to words of some
    // scripts, and whether they do here is for IDNA to say.
    static Rune? ForbiddenInDomain(ReadOnlySpan<char> domain)
    {
        if (!domain.ContainsAnyExcept(DomainLetters))
        {
            return null;
        }

        foreach (var letter in domain.EnumerateRunes())
        {
            if ((letter.IsAscii && NoDomainLetters.Contains((char)letter.Value)) || Rune.IsWhiteSpace(letter) || Rune.IsControl(letter)
                || (VisibleText.IsInvisible(letter) && letter.Value is not (0x200c or 0x200d)) || letter == Rune.ReplacementChar)
            {
                return letter;
            }
        }

        return null;
    }

    static string Name(Rune character) => Rune.IsLetterOrDigit(character) || Rune.IsPunctuation(character) || Rune.IsSymbol(character)
        ? $"'{character}' (U+{character.Value:X4})"
        : $"The character U+{character.Value:X4}";
}
