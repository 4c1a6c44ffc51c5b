using Campaigns.Tenancy;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

/// <param name="WebhookPublicKeys">Any of them may have signed: while credentials change over there are two.</param>
/// <param name="IsOwn">No other organisation uses it.</param>
public sealed record SendGridAccount(string ApiKey, Uri BaseAddress, IReadOnlyList<string> WebhookPublicKeys, bool IsOwn)
{
    /// <summary>Nothing of it goes into a log by accident.</summary>
    public override string ToString() => nameof(SendGridAccount);
}

/// <summary>Which account at SendGrid an organisation uses: its own, or the one that is configured for all.</summary>
/// <param name="own">The credentials of an organisation.</param>
public sealed class SendGridAccounts(Func<string, CancellationToken, Task<OwnCredentials<SendGridCredentials>>> own, IOptions<SendGridOptions> options)
{
    static readonly Uri Eu = new("https://api.eu.sendgrid.com");

    public async Task<SendGridAccount> For(string tenantId, CancellationToken ct)
    {
        var shared = options.Value;
        var all = await own(tenantId, ct);
        var (apiKey, address, isOwn) = all.Present is { } present
            ? (present.ApiKey, present.Region == SendGridRegion.Eu ? Eu : shared.BaseAddress, true)
            : (shared.ApiKey.Trim(), shared.BaseAddress, shared.SingleOrganisation); // a key from a file ends with a line break
        var keys = all.Accepted.Select(credentials => credentials.WebhookPublicKey);
        // The shared account may still have news of what went out through it before the organisation had one of its own.
        return new SendGridAccount(apiKey, address, [.. keys.Append(shared.WebhookPublicKey).OfType<string>().Distinct()], isOwn);
    }
}
