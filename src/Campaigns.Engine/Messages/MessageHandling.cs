using System.Text.Json;
using Campaigns.Engine.Events;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Engine.Messages;

/// <summary>Takes claimed messages to their handlers and sees each one to its end: handled, due again, or dead with a reason.</summary>
sealed class MessageHandling(EventStore store, MessageStore messages, IServiceProvider services, ILogger<MessageHandling> log)
{
    const int LongestReason = 4000;

    /// <summary>Handles messages of one kind, one tenant and one claim.</summary>
    /// <param name="ct">Ends the handler early: the node stops, or the claim was lost.</param>
    /// <returns>False when they could not be handled together: nothing has happened, and each is to be handled alone.</returns>
    public async Task<bool> Handle(IReadOnlyList<ClaimedMessage> claimed, QueueOptions queue, CancellationToken ct)
    {
        if (claimed.Count > 1)
        {
            return await HandleTogether(claimed, ct);
        }

        await HandleOne(claimed[0], queue, ct);
        return true;
    }

    async Task<bool> HandleTogether(IReadOnlyList<ClaimedMessage> claimed, CancellationToken ct)
    {
        try
        {
            var type = store.Model.MessageKind(claimed[0].Kind);
            var bodies = claimed.Select(message => Read(message, type)).ToList();
            var claim = new Claim(claimed[0].ClaimId, [.. claimed.Select(message => message.Id)]);
            await EventStore.InRace(async () =>
            {
                var session = store.OpenSession(claimed[0].TenantId, claimed[0].Metadata, claim);
                await type.Many!(services, bodies, session, ct);
                await session.Commit(ct);
            }, ct);
            return true;
        }
        catch (Exception error) when (!IsStop(error, ct))
        {
            // One of them is at fault: one by one, so that it does not hold up the others.
            Log.BatchTakenApart(log, error, claimed.Count, claimed[0].Kind);
            return false;
        }
    }

    async Task HandleOne(ClaimedMessage message, QueueOptions queue, CancellationToken ct)
    {
        if (message.Attempts > store.Model.MostAttempts(queue.Retry))
        {
            await Bury(message, queue, $"Not one of {message.Attempts - 1} attempts came to an end: the node died or the claim ran out each time.");
            return;
        }

        var type = store.Model.MessageKind(message.Kind);

        object body;
        try
        {
            body = Read(message, type);
        }
        catch (Exception error)
        {
            // It will read no better the next time.
            await Bury(message, queue, Reason(error));
            return;
        }

        try
        {
            if (type.Many is { } many)
            {
                await EventStore.InRace(async () =>
                {
                    var session = store.OpenSession(message.TenantId, message.Metadata, message.Claim);
                    await many(services, [body], session, ct);
                    await session.Commit(ct);
                }, ct);
                return;
            }

            var delivery = new Delivery(store, message);
            await type.One!(services, body, delivery, ct);
            if (!delivery.IsCompleted && !await messages.End(message, ct))
            {
                await delivery.OpenSession().Commit(ct);
            }
        }
        catch (ClaimLostException)
        {
            Log.ClaimLost(log, message.Kind, message.Id);
        }
        catch (Exception error) when (!IsStop(error, ct))
        {
            await Failed(message, queue, error);
        }
    }

    async Task Failed(ClaimedMessage message, QueueOptions queue, Exception error)
    {
        var reason = Reason(error);
        var policy = store.Model.RetryPolicy(error) ?? queue.Retry;
        if (message.Attempts >= policy.MaxAttempts)
        {
            await Bury(message, queue, reason);
            return;
        }

        var due = store.Clock.GetUtcNow() + policy.WaitAfter(message.Attempts, Random.Shared);
        Log.MessageFailed(log, error, message.Kind, message.Id, message.Attempts, due);
        await messages.Retry(message, due, reason, CancellationToken.None);
    }

    async Task Bury(ClaimedMessage message, QueueOptions queue, string reason)
    {
        if ((await messages.Renew([message], queue.Lease, CancellationToken.None)).Count == 0)
        {
            // Its commit came through although its answer did not, or another worker has it: nobody may be told that it is dead.
            Log.NotOursToBury(log, message.Kind, message.Id, reason);
            return;
        }

        Log.MessageDied(log, message.Kind, message.Id, reason);
        await TellOfDeath(message, reason);
        await messages.Bury(message, reason, CancellationToken.None);
    }

    // First told and then buried: a node that dies in between leaves a message that comes again and is told of again.
    async Task TellOfDeath(ClaimedMessage message, string reason)
    {
        var type = store.Model.MessageKind(message.Kind);
        if (type.WhenDead is not { } tell)
        {
            return;
        }

        try
        {
            await tell(services, Read(message, type), message.TenantId, reason);
        }
        catch (Exception error) when (error is not NpgsqlException { IsTransient: true })
        {
            Log.DeathNotTold(log, error, message.Kind, message.Id); // a dead letter all the same, whose reason says what is wrong
        }
    }

    // PostgreSQL takes no null character, and nobody reads more than this.
    static string Reason(Exception error)
    {
        var reason = $"{error.GetType().Name}: {error.Message}".Replace('\0', ' ');
        return reason.Length <= LongestReason ? reason : reason[..LongestReason];
    }

    static object Read(ClaimedMessage message, MessageType type) =>
        JsonSerializer.Deserialize(message.Body, type.Type, EventTypes.Json) ?? throw new JsonException("The body is null.");

    static bool IsStop(Exception error, CancellationToken ct) => error is OperationCanceledException && ct.IsCancellationRequested;
}
