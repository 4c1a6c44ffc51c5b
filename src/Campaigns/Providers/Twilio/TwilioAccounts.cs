using Campaigns.Tenancy;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.Twilio;

/// <param name="Name">Of the API key, or the account's own sid.</param>
/// <param name="Password">Of the API key, or the account's token.</param>
/// <param name="WebhookTokens">Any of them may have signed: while credentials change there are two.</param>
/// <param name="IsOwn">No other organisation uses it.</param>
public sealed record TwilioAccount(string Sid, string Name, string Password, IReadOnlyList<string> WebhookTokens, bool IsOwn)
{
    public bool IsComplete => Sid.Length > 0 && Password.Length > 0;

    /// <summary>Nothing of it goes into a log by accident.</summary>
    public override string ToString() => nameof(TwilioAccount);
}

/// <summary>Which account at Twilio an organisation uses: its own, or the one that is configured for all.</summary>
/// <param name="own">The credentials of an organisation.</param>
public sealed class TwilioAccounts(Func<string, CancellationToken, Task<OwnCredentials<TwilioCredentials>>> own, IOptions<TwilioOptions> options)
{
    public async Task<TwilioAccount> For(string tenantId, CancellationToken ct)
    {
        var shared = options.Value;
        var all = await own(tenantId, ct);
        var present = all.Present ?? new TwilioCredentials(shared.AccountSid.Trim(), shared.AuthToken.Trim(), shared.KeySid.Trim(), shared.KeySecret.Trim());
        var (name, password) = present is { KeySid: { Length: > 0 } key, KeySecret: { } secret } ? (key, secret) : (present.AccountSid, present.AuthToken);
        // The shared account may still have news of what went out through it before the organisation had one of its own.
        return new TwilioAccount(
            present.AccountSid, name, password,
            [.. all.Accepted.Select(credentials => credentials.AuthToken).Append(shared.AuthToken.Trim()).Where(token => token.Length > 0)],
            all.Present is not null || shared.SingleOrganisation);
    }
}
