using Campaigns.Engine;
using Campaigns.Engine.Messages;

namespace Campaigns.Sending;

/// <summary>Removes permits and waits that count no more, of limits that nobody has asked for since.</summary>
sealed record ForgetPermits
{
    static readonly string ForgetUsed = Sql.Beside<ForgetPermits>(nameof(ForgetUsed));
    static readonly string ForgetWaits = Sql.Beside<ForgetPermits>(nameof(ForgetWaits));

    public static async Task Handle(ForgetPermits message, Delivery delivery, CancellationToken ct)
    {
        var session = delivery.OpenSession();
        session.Sql.Add(ForgetUsed, session.Now);
        session.Sql.Add(ForgetWaits, session.Now.AddHours(-1));
        await session.Commit(ct);
    }
}
