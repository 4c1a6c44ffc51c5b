namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>What passes for an e-mail address.</summary>
static class EmailAddress
{
    public const int MostCharacters = 320;

    public static bool IsValid(string? address)
    {
        var at = address?.LastIndexOf('@') ?? -1;
        return at > 0 && address!.Length <= MostCharacters && IsLocalPart(address.AsSpan(0, at)) && IsDomain(address.AsSpan(at + 1));
    }

    /// <summary>The domain of a valid address, in lower case.</summary>
    public static string Domain(string address) => address[(address.LastIndexOf('@') + 1)..].ToLowerInvariant();

    static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        if (local.Length > 64 || local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var character in local)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !"!#$%&'*+-/=?^_`{|}~.".Contains(character, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    static bool IsDomain(ReadOnlySpan<char> domain)
    {
        var labels = 0;
        foreach (var range in domain.Split('.'))
        {
            var label = domain[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var character in label)
            {
                if (!char.IsLetterOrDigit(character) && character != '-')
                {
                    return false;
                }
            }

            labels++;
        }

        return labels > 1;
    }
}
