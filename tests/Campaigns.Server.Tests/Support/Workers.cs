using System.Reflection;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine;
using Wolverine.Attributes;
using Wolverine.Runtime;
using Wolverine.Runtime.Serialization;
using Wolverine.Transports;

namespace Campaigns.Server.Tests.Support;

/// <summary>
/// Handles what waits in the database of a host without workers, through Wolverine's own pipeline, when a test says so: a queue at a time, and by several
/// at once, as nodes do. Time is that of a manual clock.
/// </summary>
sealed class Workers(IServiceProvider services, ManualClock clock)
{
    /// <summary>Who has a message while it is handled.</summary>
    const int Owner = 77;

    readonly IWolverineRuntime runtime = services.GetRequiredService<IWolverineRuntime>();

    NpgsqlDataSource Database => services.GetRequiredService<IDocumentStore>().Database;

    /// <summary>The stored names of the messages of each queue. A host without workers has no queues: whatever waits, waits in one place.</summary>
    public static ILookup<string, string> Queues(IServiceProvider services) => services.GetRequiredService<ModuleBuilder>().Queues
        .ToLookup(message => message.Queue, message => message.Message.GetCustomAttribute<MessageIdentityAttribute>()!.Alias!);

    /// <summary>Handles one round of one queue.</summary>
    /// <returns>How many messages were brought to an end or put off; those that others have are not among them.</returns>
    public async Task<int> Round(string? queue, int limit)
    {
        await services.GetRequiredService<DeadLetters>().BringBack(CancellationToken.None);
        await ReleaseDue();
        var queues = Queues(services);
        var claimed = await Claim(queue is null ? [.. queues.SelectMany(names => names)] : [.. queues[queue]], limit);
        try
        {
            foreach (var envelope in claimed)
            {
                await runtime.Pipeline.InvokeAsync(envelope, new Callback(runtime));
            }
        }
        finally
        {
            await PutOff();
        }

        return claimed.Count - await GiveBack(claimed);
    }

    async Task ReleaseDue() => await Run(
        "update wolverine_incoming_envelopes set status = 'Incoming', owner_id = 0 where status = 'Scheduled' and execution_time <= $1", clock.Now);

    async Task<List<Envelope>> Claim(string[] names, int limit)
    {
        await using var command = Database.CreateCommand("""
            with mine as materialized (
                select id, execution_time from wolverine_incoming_envelopes
                where status = 'Incoming' and owner_id = 0 and message_type = any ($1)
                order by execution_time nulls first, id limit $2 for update skip locked
            ), taken as (
                update wolverine_incoming_envelopes m set owner_id = $3 from mine where m.id = mine.id
                returning m.body, m.id, m.attempts, m.message_type, m.received_at, m.execution_time
            )
            select * from taken order by execution_time nulls first, id
            """);
        Array.ForEach([names, limit, Owner], (object value) => command.Parameters.Add(new NpgsqlParameter { Value = value }));
        await using var reader = await command.ExecuteReaderAsync();
        var envelopes = new List<Envelope>();
        while (await reader.ReadAsync())
        {
            var envelope = EnvelopeSerializer.Deserialize(reader.GetFieldValue<byte[]>(0));
            (envelope.Id, envelope.Attempts, envelope.MessageType) = (reader.GetGuid(1), reader.GetInt32(2), reader.GetString(3));
            (envelope.Destination, envelope.Status, envelope.OwnerId) = (new Uri(reader.GetString(4)), EnvelopeStatus.Incoming, Owner);
            (envelope.ScheduledTime, envelope.WasPersistedInInbox) = (null, true);
            envelopes.Add(envelope);
        }

        return envelopes;
    }

    /// <summary>What is to be tried again was put off by the machine's clock: by ours it waits as long.</summary>
    async Task PutOff() => await Run(
        """
        update wolverine_incoming_envelopes set execution_time = $1 + greatest(execution_time - clock_timestamp(), interval '0')
        where status = 'Scheduled' and execution_time < $2
        """,
        clock.Now, ManualClock.Start.AddYears(-1));

    /// <returns>How many were left as they were.</returns>
    Task<int> GiveBack(List<Envelope> claimed) => Run(
        "update wolverine_incoming_envelopes set owner_id = 0 where status = 'Incoming' and owner_id = $1 and id = any ($2)",
        Owner, claimed.Select(envelope => envelope.Id).ToArray());

    async Task<int> Run(string statement, params object[] values)
    {
        await using var command = Database.CreateCommand(statement);
        Array.ForEach(values, value => command.Parameters.Add(new NpgsqlParameter { Value = value }));
        return await command.ExecuteNonQueryAsync();
    }

    sealed class Callback(IWolverineRuntime runtime) : IChannelCallback
    {
        public IHandlerPipeline? Pipeline => runtime.Pipeline;

        public async ValueTask CompleteAsync(Envelope envelope) => await runtime.Storage.Inbox.MarkIncomingEnvelopeAsHandledAsync(envelope);

        public ValueTask DeferAsync(Envelope envelope) => ValueTask.CompletedTask;
    }
}
