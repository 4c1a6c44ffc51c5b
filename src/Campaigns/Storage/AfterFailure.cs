using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine.ErrorHandling;
using Wolverine.Runtime;
using Wolverine;

namespace Campaigns.Storage;

/// <summary>
/// What becomes of a message whose handler failed: it waits and is tried again, and after some times it is dead, and
/// whoever waits for it is told. One that is another node's by now is left to it. A database that cannot be reached or
/// refuses to write, or a node's clock, is not the message's fault: such an attempt does not count, however long it lasts.
/// </summary>
/// <remarks>
/// Wolverine puts off and buries a message by its id, whoever has it. A node that was taken for dead and still lives
/// would take a message away from the node that handles it, or bury one that was handled.
/// </remarks>
/// <param name="waits">Before each further attempt.</param>
/// <param name="before">Attempts that other rules have used up before.</param>
/// <param name="whenDead">
/// From the message, the id of its envelope and the error: the command that tells whoever waits for it; null where
/// nobody does.
/// </param>
sealed class AfterFailure(
    IReadOnlyList<TimeSpan> waits, int before, Func<object, Guid, Exception, object?> whenDead) : IContinuationSource
{
    /// <summary>Before an attempt after one that does not count.</summary>
    static readonly TimeSpan WhileAway = TimeSpan.FromSeconds(5);

    public string Description => "Try again later; in the end tell whoever waits, and move it to the dead letters";

    /// <returns>
    /// Null where several messages failed together by the fault of at least one of them: the rules after this one have
    /// each tried alone. Where the database is away, or the clock is wrong, it is nobody's fault, and they wait together.
    /// </returns>
    public IContinuation? Build(Exception ex, Envelope envelope)
    {
        if (ex is NotDueException or ClockIsWrongException)
        {
            envelope.Attempts--;
            return new NextStep(ex, WhileAway, whenDead) { IsEarly = true };
        }

        if (Races.DatabaseTakesNothing(ex))
        {
            envelope.Attempts--;
            return new NextStep(ex, WhileAway, whenDead);
        }

        var attempt = Math.Max(1, envelope.Attempts - before);
        TimeSpan? wait = attempt <= waits.Count ? waits[attempt - 1] : null;
        var several = MessageFence.Messages(envelope).Count > 1;
        return several && (wait is null || !Races.DatabaseIsAway(ex)) ? null : new NextStep(ex, wait, whenDead);
    }

    sealed class NextStep(
        Exception error, TimeSpan? wait, Func<object, Guid, Exception, object?> whenDead) : IContinuation
    {
        /// <summary>It may have been taken up before its time, and this machine's clock cannot say.</summary>
        public bool IsEarly { get; init; }

        public async ValueTask ExecuteAsync(
            IEnvelopeLifecycle lifecycle, IWolverineRuntime runtime, DateTimeOffset now, Activity? activity)
        {
            runtime.Services.GetRequiredService<RefusedWrites>().Note(error);
            var isOurs = await IsOurs(lifecycle.Envelope!, runtime);
            if (isOurs is false)
            {
                await GiveBackRest(lifecycle.Envelope!, runtime);
                return;
            }

            // What took too long may have done so by its own fault; not where nobody else gets an answer either.
            if (isOurs is null && Races.DatabaseIsAway(error) && !Races.DatabaseTakesNothing(error))
            {
                lifecycle.Envelope!.Attempts--;
                await lifecycle.ReScheduleAsync(now + WhileAway);
                return;
            }

            if (wait is { } time)
            {
                await lifecycle.ReScheduleAsync(IsEarly ? WhenDue(lifecycle.Envelope!, runtime, time) : now + time);
                return;
            }

            // What waits for a dead message does not wait in silence. Told first: a node that dies in between tells
            // twice, and nobody is forgotten.
            try
            {
                if (Command(lifecycle.Envelope!) is { } command)
                {
                    await new MessageBus(runtime).InvokeForTenantAsync(lifecycle.Envelope!.TenantId!, command);
                }
            }
            finally
            {
                // Also where nobody could be told: Wolverine would take the message for handled.
                if (await IsOurs(lifecycle.Envelope!, runtime) is not false)
                {
                    await lifecycle.MoveToDeadLetterQueueAsync(error);
                }
            }
        }

        static DateTimeOffset WhenDue(Envelope envelope, IWolverineRuntime runtime, TimeSpan time)
        {
            var soon = runtime.Services.GetRequiredService<TimeProvider>().GetUtcNow() + time;
            return envelope.ScheduledTime > soon ? envelope.ScheduledTime.Value : soon;
        }

        object? Command(Envelope envelope) => envelope.Message is object[] and [var alone]
            ? whenDead(alone, MessageFence.Messages(envelope)[0], error)
            : whenDead(envelope.Message!, envelope.Id, error);

        /// <summary>Of several, some may be ours that nobody else knows of: with those of others they are not put off.</summary>
        static async Task GiveBackRest(Envelope envelope, IWolverineRuntime runtime)
        {
            if (MessageFence.Messages(envelope) is not { Count: > 1 } several)
            {
                return;
            }

            try
            {
                await MessageFence.GiveBack(
                    several, runtime.DurabilitySettings.AssignedNodeNumber, runtime.Services.GetRequiredService<NpgsqlDataSource>(), runtime.Cancellation);
            }
            catch (Exception asked) when (asked is NpgsqlException or OperationCanceledException or ObjectDisposedException)
            {
                // In hand of nobody: ForgottenMessages gives them back.
            }
        }

        /// <returns>Null where the database does not answer.</returns>
        static async Task<bool?> IsOurs(Envelope envelope, IWolverineRuntime runtime)
        {
            var services = runtime.Services;
            try
            {
                if (await MessageFence.Holds(
                    envelope, services.GetRequiredService<NpgsqlDataSource>(), runtime, runtime.Cancellation))
                {
                    return true;
                }

                var log = services.GetRequiredService<ILogger<AfterFailure>>();
                Log.FailedElsewhere(log, envelope.Id, envelope.MessageType);
                return false;
            }
            catch (Exception asked) when (asked is NpgsqlException or OperationCanceledException or ObjectDisposedException)
            {
                return null; // thrown on, Wolverine would take the message for handled
            }
        }
    }
}
