using Campaigns.Engine.Events;

namespace Campaigns.Engine.Messages;

/// <summary>Removes the ids of handled messages once they have been remembered for long enough.</summary>
sealed record ForgetHandled
{
    /// <summary>Rows removed in one commit: few enough to hold nobody up.</summary>
    const int AtOnce = 10_000;

    static readonly string ForgetHandledMessages = Sql.Beside<ForgetHandled>(nameof(ForgetHandledMessages));

    public static void Register(EngineSetup engine) => engine
        .Queue("housekeeping", new QueueOptions { Concurrency = 1, Prefetch = 0 })
        .Handle<ForgetHandled>("forget_handled", "housekeeping", _ => Handle)
        .Every(TimeSpan.FromMinutes(10), new ForgetHandled());

    static async Task Handle(ForgetHandled message, Delivery delivery, CancellationToken ct)
    {
        var before = delivery.Store.Clock.GetUtcNow() - delivery.Store.Model.HandledRememberedFor;
        for (var count = AtOnce; count == AtOnce;)
        {
            await using var command = delivery.Store.Database.CreateCommand(ForgetHandledMessages);
            command.Parameters.Add(new() { Value = before });
            command.Parameters.Add(new() { Value = AtOnce });
            count = await command.ExecuteNonQueryAsync(ct);
        }
    }
}
