using Campaigns.Tenancy;

namespace Campaigns.Providers.SendGrid;

/// <summary>An organisation's own account at SendGrid.</summary>
/// <param name="WebhookPublicKey">Verifies its webhooks, as SendGrid shows it; without it they are refused.</param>
/// <param name="Region">Where the account lives; an address of one's own is not to be had, or callers could point the server at its neighbours.</param>
public sealed record SendGridCredentials(string ApiKey, string? WebhookPublicKey = null, SendGridRegion Region = SendGridRegion.Global) : ICredentials
{
    public static string Provider => "sendgrid";

    /// <inheritdoc/>
    public static bool VerifyWebhooks => true;

    public IDictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (!SecretText.IsToken(ApiKey))
        {
            errors["apiKey"] = ["This is no API key of SendGrid's."];
        }

        if (WebhookPublicKey is not null && !IsPublicKey(WebhookPublicKey))
        {
            errors["webhookPublicKey"] = ["This is no public key on the curve P-256: take the verification key that SendGrid shows, base64."];
        }

        return errors;
    }

    /// <summary>Nothing of it goes into a log by accident.</summary>
    public override string ToString() => nameof(SendGridCredentials);

    static bool IsPublicKey(string text)
    {
        using var key = SendGridSignature.ReadKey(text);
        return key is not null;
    }
}

/// <summary>SendGrid keeps the accounts of EU subusers apart.</summary>
public enum SendGridRegion { Global, Eu }
