using Campaigns.Tenancy;

namespace Campaigns.Providers.Smtp;

/// <summary>An organisation's own account at the configured relay.</summary>
public sealed record SmtpCredentials(string UserName, string Password) : ICredentials
{
    public static string Provider => "smtp";

    /// <inheritdoc/>
    public static bool VerifyWebhooks => false;

    public IDictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (!SecretText.IsToken(UserName))
        {
            errors["userName"] = ["A user name without spaces."];
        }

        if (!SecretText.IsToken(Password))
        {
            errors["password"] = ["A password of ASCII without spaces."];
        }

        return errors;
    }

    /// <summary>Nothing of it goes into a log by accident.</summary>
    public override string ToString() => nameof(SmtpCredentials);
}
