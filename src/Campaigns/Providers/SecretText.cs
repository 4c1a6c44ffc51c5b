namespace Campaigns.Providers;

static class SecretText
{
    const int Longest = 1000;

    /// <summary>Usable in a header or a command as it is: letters, digits and signs of ASCII.</summary>
    public static bool IsToken(string? text) => text is { Length: > 0 and <= Longest } && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
