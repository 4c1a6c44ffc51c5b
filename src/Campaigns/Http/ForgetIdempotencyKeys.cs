using Campaigns.Storage;
using Marten;
using Wolverine.Attributes;

namespace Campaigns.Http;

/// <summary>Removes the keys of requests that nobody repeats any more, with their answers.</summary>
[MessageIdentity("forget_idempotency_keys")]
public sealed record ForgetIdempotencyKeys
{
    /// <summary>How long a POST may be repeated under its key.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

}

public static class ForgetIdempotencyKeysHandler
{
    static readonly string ForgetKeys = Sql.Beside<ForgetIdempotencyKeys>(nameof(ForgetKeys));

    public static void Handle(ForgetIdempotencyKeys message, IDocumentSession session, TimeProvider clock) =>
        session.Sql(ForgetKeys, clock.Microseconds() - ForgetIdempotencyKeys.KeptFor);
}
