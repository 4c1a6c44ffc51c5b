using Campaigns.Engine;
using Campaigns.Engine.Messages;

namespace Campaigns.Limits;

/// <summary>Removes permits and waits that count no more, of limits that nobody has asked for since.</summary>
public sealed record ForgetPermits
{
    /// <summary>Rows removed in one commit: few enough to hold no claim up.</summary>
    const int AtOnce = 10_000;

    static readonly string ForgetUsed = Sql.Beside<ForgetPermits>(nameof(ForgetUsed));
    static readonly string ForgetWaits = Sql.Beside<ForgetPermits>(nameof(ForgetWaits));

    public static async Task Handle(ForgetPermits message, Delivery delivery, CancellationToken ct)
    {
        var session = delivery.OpenSession();
        for (var count = AtOnce; count == AtOnce;)
        {
            await using var command = delivery.Store.Database.CreateCommand(ForgetUsed);
            command.Parameters.Add(new() { Value = session.Now });
            command.Parameters.Add(new() { Value = AtOnce });
            count = await command.ExecuteNonQueryAsync(ct);
        }

        session.Sql.Add(ForgetWaits, session.Now.AddHours(-1));
        await session.Commit(ct);
    }
}
