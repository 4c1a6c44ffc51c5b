using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Options;
using Wolverine.Attributes;

namespace Campaigns.Tenancy;

/// <summary>Removes credentials that were replaced or removed, and with which nobody signs webhooks any more.</summary>
[MessageIdentity("forget_superseded_credentials")]
public sealed record ForgetSupersededCredentials;

public static class ForgetSupersededCredentialsHandler
{
    static readonly string ForgetSuperseded = Sql.Beside<ForgetSupersededCredentials>(nameof(ForgetSuperseded));

    public static void Handle(ForgetSupersededCredentials message, IDocumentSession session, IOptions<SecretsOptions> secrets, TimeProvider clock) =>
        session.Sql(ForgetSuperseded, clock.Microseconds() - secrets.Value.Overlap);
}
