using System.Text.Json;
using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Engine.Projections;

/// <summary>
/// One async projection in the hands of its owner: pages of events, each applied in one commit with the checkpoint, so every event is
/// applied exactly once however often the owner changes.
/// </summary>
sealed class AsyncProjection(EventStore store, Projection projection, AsyncOptions options)
{
    static readonly string BeginCheckpoint = Sql.Beside<AsyncProjection>(nameof(BeginCheckpoint));
    static readonly string ReadCheckpoint = Sql.Beside<AsyncProjection>(nameof(ReadCheckpoint));
    static readonly string MoveCheckpoint = Sql.Beside<AsyncProjection>(nameof(MoveCheckpoint));
    static readonly string RecordStop = Sql.Beside<AsyncProjection>(nameof(RecordStop));
    static readonly string RecordSkip = Sql.Beside<AsyncProjection>(nameof(RecordSkip));
    static readonly string ForgetStop = Sql.Beside<AsyncProjection>(nameof(ForgetStop));

    readonly ProjectionPages pages = new(store, projection);

    public string Name => projection.Name;

    /// <summary>Marten's name of the checkpoint.</summary>
    public static string Checkpoint(string projection) => projection + ":All";

    /// <summary>Applies all events up to a position, or until it stops.</summary>
    /// <returns>Whether it got there.</returns>
    public async Task<bool> CatchUp(long upTo, CancellationToken ct)
    {
        var (position, stopped) = await Read(ct);
        while (stopped is null && position < upTo)
        {
            List<Event> page;
            try
            {
                page = await pages.Read(position, upTo, options.PageSize, null, ct);
            }
            catch (JsonException error)
            {
                // Written by a newer program, perhaps: nothing is lost by waiting before it.
                await Stop(position, position, $"An event behind {position} cannot be read: {error.Message}", ct);
                return false;
            }

            var end = page.Count < options.PageSize ? upTo : page[^1].Sequence;
            if (!await Apply(page, position, end, ct))
            {
                return false;
            }

            position = end;
        }

        return stopped is null;
    }

    public async Task<(long Position, string? Stopped)> Read(CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand(ReadCheckpoint);
        command.Parameters.Add(new() { Value = Checkpoint(Name) });
        command.Parameters.Add(new() { Value = Name });
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            if (await reader.ReadAsync(ct))
            {
                return (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1));
            }
        }

        await Execute(BeginCheckpoint, ct, Checkpoint(Name));
        return (0, null);
    }

    public Task Resume(CancellationToken ct) => Execute(ForgetStop, ct, Name);

    async Task<bool> Apply(List<Event> page, long from, long to, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Commit(page, from, to, null, ct);
                return true;
            }
            catch (CheckpointMovedException)
            {
                throw;
            }
            catch (Exception error) when (error is not OperationCanceledException && !(error is NpgsqlException { IsTransient: true }))
            {
                if (attempt < options.Attempts)
                {
                    continue;
                }

                return page.Count > 1 ? await ApplyOneByOne(page, from, to, ct) : await Fault(page[0], from, to, error, ct);
            }
        }
    }

    async Task<bool> ApplyOneByOne(List<Event> page, long from, long to, CancellationToken ct)
    {
        for (var i = 0; i < page.Count; i++)
        {
            var end = i == page.Count - 1 ? to : page[i].Sequence;
            if (!await Apply([page[i]], from, end, ct))
            {
                return false;
            }

            from = end;
        }

        return true;
    }

    async Task<bool> Fault(Event @event, long from, long to, Exception error, CancellationToken ct)
    {
        var reason = $"{error.GetType().Name}: {error.Message}";
        if (options.OnFault == OnFault.Skip)
        {
            await Commit([], from, to, (@event.Sequence, reason), ct);
            return true;
        }

        await Stop(from, @event.Sequence, reason, ct);
        return false;
    }

    Task Stop(long checkpoint, long at, string reason, CancellationToken ct) =>
        Execute(RecordStop, ct, Name, at, reason, store.Clock.GetUtcNow(), Checkpoint(Name), checkpoint);

    async Task Commit(List<Event> events, long from, long to, (long Position, string Reason)? skipped, CancellationToken ct)
    {
        await using var batch = store.Database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(MoveCheckpoint)
        {
            Parameters = { new() { Value = Checkpoint(Name) }, new() { Value = from }, new() { Value = to } },
        });
        if (skipped is { } skip)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(RecordSkip)
            {
                Parameters = { new() { Value = Name }, new() { Value = skip.Position }, new() { Value = skip.Reason }, new() { Value = store.Clock.GetUtcNow() } },
            });
        }

        var topics = events.Count > 0 ? pages.Apply(events, batch) : [];
        try
        {
            await batch.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException error) when (error.SqlState == EngineErrorCodes.CheckpointMoved)
        {
            throw new CheckpointMovedException(error);
        }

        store.Notifications.Publish(topics);
    }

    async Task Execute(string statement, CancellationToken ct, params object[] values)
    {
        await using var command = store.Database.CreateCommand(statement);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>Somebody else moved the checkpoint: a new owner, or a rebuild.</summary>
sealed class CheckpointMovedException(Exception inner) : Exception(inner.Message, inner);
