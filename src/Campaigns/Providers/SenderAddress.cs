using Campaigns.Audience;

namespace Campaigns.Providers;

/// <summary>In whose name a mail comes.</summary>
public sealed record SenderAddress(string Email, string? Name = null, string? ReplyTo = null)
{
    /// <summary>Characters of a sender's name.</summary>
    public const int LongestName = 200;

    /// <summary>In the one form in which addresses are kept and compared; what is no address stays as it is.</summary>
    public SenderAddress Normalise() => this with
    {
        Email = EmailAddress.Normalise(Email) ?? Email,
        ReplyTo = ReplyTo is null ? null : EmailAddress.Normalise(ReplyTo) ?? ReplyTo,
    };

    /// <summary>What is wrong with the name of a sender, which a mail program shows beside the address; null where nothing is.</summary>
    public static string? CheckName(string? name) => name switch
    {
        null => null,
        { Length: > LongestName } => $"A name has at most {LongestName} characters.",
        _ when !VisibleText.IsLine(name) || name.Any(letter => TurnsDirection(letter) || letter == '\ufffd') =>
            "A name is one line of text, without control characters and without marks that turn its direction.",
        _ when name.Contains('<', StringComparison.Ordinal) || name.Contains('>', StringComparison.Ordinal) =>
            "A name is without < and >: what stands between them would be taken for the address.",
        _ => null,
    };

    /// <summary>Whether it is a mark by which what follows it is shown in another order than it is written.</summary>
    internal static bool TurnsDirection(char letter) => letter is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
