using System.Collections.Concurrent;
using System.Data;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Storage;

/// <summary>
/// Tells this process at once, and all others through LISTEN/NOTIFY, that something has changed. A hint and no more: it may be
/// lost with a process or a connection, so whoever relies on it also looks by itself now and then.
/// </summary>
/// <remarks>
/// NOTIFY runs after the commit, on a connection of its own, with all topics of the moment in one statement. Inside the commit it
/// would take a database-wide lock until the commit is on disk, and commits would queue behind each other.
/// </remarks>
public sealed class Notifications(NpgsqlDataSource database, ILogger<Notifications> log) : BackgroundService
{
    static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(1);

    /// <summary>How long nothing may arrive before the connection is asked whether it still lives.</summary>
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<string, ConcurrentDictionary<Guid, Action>> listeners = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, byte> unsent = new(StringComparer.Ordinal);
    readonly Channel<bool> somethingToSend = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Calls <paramref name="changed"/>, quickly and from any thread, until the subscription is disposed.</summary>
    public IDisposable Subscribe(string topic, Action changed)
    {
        var id = Guid.NewGuid();
        listeners.GetOrAdd(topic, static _ => new())[id] = changed;
        return new Subscription(() =>
        {
            if (listeners.TryGetValue(topic, out var all))
            {
                all.TryRemove(id, out _);
            }
        });
    }

    /// <summary>Calls this process's subscribers now, and those of the other nodes a moment later.</summary>
    public void Publish(IEnumerable<string> topics)
    {
        var any = false;
        foreach (var topic in topics)
        {
            any = true;
            Dispatch(topic);
            unsent[topic] = 0;
        }

        if (any)
        {
            somethingToSend.Writer.TryWrite(true);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(
            KeepUp("listening for notifications", Listen, stoppingToken),
            KeepUp("sending notifications", Send, stoppingToken));
    }

    // One channel for each schema: several installations may share a database.
    async Task<string> ChannelName(CancellationToken ct)
    {
        await using var command = database.CreateCommand("select 'campaigns.' || current_schema()");
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    async Task Listen(CancellationToken ct)
    {
        var channel = await ChannelName(ct);
        await using var connection = await database.OpenConnectionAsync(ct);
        connection.Notification += (_, notification) =>
        {
            foreach (var topic in notification.Payload.Split('\n'))
            {
                Dispatch(topic);
            }
        };
        await using (var listen = new NpgsqlCommand($"listen \"{channel}\"", connection))
        {
            await listen.ExecuteNonQueryAsync(ct);
        }

        try
        {
            while (true)
            {
                if (!await connection.WaitAsync(Silence, ct))
                {
                    // A connection that died without a word looks like one on which nothing happens.
                    await using var probe = new NpgsqlCommand("select 1", connection);
                    await probe.ExecuteNonQueryAsync(ct);
                }
            }
        }
        finally
        {
            if (connection.State == ConnectionState.Open)
            {
                await using var unlisten = new NpgsqlCommand("unlisten *", connection);
                await unlisten.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    async Task Send(CancellationToken ct)
    {
        var channel = await ChannelName(ct);
        while (await somethingToSend.Reader.WaitToReadAsync(ct))
        {
            somethingToSend.Reader.TryRead(out _);
            foreach (var payload in TakeUnsent())
            {
                await using var command = database.CreateCommand("select pg_notify($1, $2)");
                command.Parameters.Add(new() { Value = channel });
                command.Parameters.Add(new() { Value = payload });
                await command.ExecuteNonQueryAsync(ct);
            }
        }
    }

    // A payload holds at most 8,000 bytes: topics are short, a hundred of them always fit.
    IEnumerable<string> TakeUnsent()
    {
        var topics = unsent.Keys.ToList();
        foreach (var topic in topics)
        {
            unsent.TryRemove(topic, out _);
        }

        return topics.Chunk(100).Select(some => string.Join('\n', some));
    }

    async Task KeepUp(string what, Func<CancellationToken, Task> run, CancellationToken ct)
    {
        var outage = new Outage(TimeProvider.System);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await run(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                if (outage.IsNews(error))
                {
                    Log.NotificationsInterrupted(log, error, what);
                }

                await Task.Delay(Reconnect, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    void Dispatch(string topic)
    {
        if (listeners.TryGetValue(topic, out var all))
        {
            foreach (var changed in all.Values)
            {
                try
                {
                    changed();
                }
                catch (Exception error)
                {
                    // It is called after a commit, which stays true whatever a subscriber makes of it.
                    Log.SubscriberFailed(log, error, topic);
                }
            }
        }
    }

    sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
