using System.Security.Cryptography;
using System.Text;
using Campaigns.Engine.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Campaigns.Engine.Messages;

/// <summary>
/// Sends what is to be handled again and again. Each node sends the next one of every schedule, under an id that follows from the time at which it
/// is due: however many nodes there are it is one message, and no node is needed for it to come.
/// </summary>
public sealed class Schedules(EventStore store, ILogger<Schedules> log) : BackgroundService
{
    /// <summary>Sends the next message of each schedule, unless that was done before.</summary>
    /// <returns>When the first of them is due, and with it the one after to be sent.</returns>
    public async Task<DateTimeOffset> SendNext(CancellationToken ct)
    {
        var session = store.OpenSession(EventStore.DefaultTenant);
        var first = DateTimeOffset.MaxValue;
        foreach (var (period, message) in store.Model.Schedules)
        {
            var turn = (session.Now.UtcTicks / period.Ticks) + 1;
            var due = new DateTimeOffset(turn * period.Ticks, TimeSpan.Zero);
            session.Send(message, due, Id(store.Model.MessageType(message.GetType()), message, due));
            first = due < first ? due : first;
        }

        await session.Commit(ct);
        return first;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var outage = new Outage(store.Clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = QueueWorker.LongestWait;
            try
            {
                wait = await SendNext(stoppingToken) - store.Clock.GetUtcNow();
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (outage.IsNews(error))
                {
                    Log.SchedulesInterrupted(log, error);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, store.Clock, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // With the body, because one kind may be on several schedules, each with a message of its own.
    static Guid Id(MessageType type, object message, DateTimeOffset due)
    {
        Span<byte> id = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{type.Kind}\n{due.UtcTicks}\n{type.Serialize(message)}"), id);
        id[6] = (byte)((id[6] & 0x0f) | 0x80); // a UUID of version 8: made in a way of our own
        id[8] = (byte)((id[8] & 0x3f) | 0x80);
        return new Guid(id[..16], bigEndian: true);
    }
}
