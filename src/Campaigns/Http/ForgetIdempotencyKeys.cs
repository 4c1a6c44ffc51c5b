using Campaigns.Engine;
using Campaigns.Engine.Messages;

namespace Campaigns.Http;

/// <summary>Removes the keys of requests that nobody repeats any more, with their answers.</summary>
sealed record ForgetIdempotencyKeys
{
    /// <summary>How long a POST may be repeated under its key.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    static readonly string ForgetKeys = Sql.Beside<ForgetIdempotencyKeys>(nameof(ForgetKeys));

    public static async Task Handle(ForgetIdempotencyKeys message, Delivery delivery, CancellationToken ct)
    {
        var session = delivery.OpenSession();
        session.Sql.Add(ForgetKeys, session.Now - KeptFor);
        await session.Commit(ct);
    }
}
