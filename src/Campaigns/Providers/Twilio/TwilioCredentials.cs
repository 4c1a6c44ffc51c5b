using Campaigns.Tenancy;

namespace Campaigns.Providers.Twilio;

/// <summary>An organisation's own account at Twilio.</summary>
/// <param name="AuthToken">Signs its webhooks, and opens the API where there is no key for that.</param>
/// <param name="KeySid">A key of the API, which can be given up without changing the token.</param>
public sealed record TwilioCredentials(string AccountSid, string AuthToken, string? KeySid = null, string? KeySecret = null) : ICredentials
{
    public static string Provider => "twilio";

    /// <inheritdoc/>
    public static bool VerifyWebhooks => true;

    public IDictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (!SecretText.IsToken(AccountSid) || !AccountSid.StartsWith("AC", StringComparison.Ordinal))
        {
            errors["accountSid"] = ["An account is AC and 32 hexadecimal digits."];
        }

        if (!SecretText.IsToken(AuthToken))
        {
            errors["authToken"] = ["This is no token of Twilio's."];
        }

        if ((KeySid is null) != (KeySecret is null) || (KeySid is not null && !(SecretText.IsToken(KeySid) && SecretText.IsToken(KeySecret))))
        {
            errors["keySid"] = ["Give the key's sid and its secret, or neither."];
        }

        return errors;
    }

    /// <summary>Nothing of it goes into a log by accident.</summary>
    public override string ToString() => nameof(TwilioCredentials);
}
