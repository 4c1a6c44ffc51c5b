using Marten;
using Npgsql;
using Wolverine;
using Wolverine.Runtime;
using Wolverine.Runtime.Batching;

namespace Campaigns.Storage;

/// <summary>
/// Wolverine marks a message as handled wherever it is by then. So that its effects happen once also where a node was taken for dead and still lived, or the
/// answer to a commit was lost, every commit of a handler first makes sure that the message is still this node's.
/// </summary>
public static class MessageFence
{
    /// <summary>The SQLSTATE of a commit whose message is another node's by now, or was ended before.</summary>
    public const string Lost = "CE001";

    static readonly string HoldMessage = Sql.Beside(typeof(MessageFence), nameof(HoldMessage));
    static readonly string FindHeld = Sql.Beside(typeof(MessageFence), nameof(FindHeld));
    static readonly string GiveBackHeld = Sql.Beside(typeof(MessageFence), nameof(GiveBackHeld));

    /// <summary>Middleware of every handler with a session, before anything else is queued.</summary>
    public static void Before(Envelope envelope, IDocumentSession session, IWolverineRuntime runtime)
    {
        if (IsInTable(envelope, runtime))
        {
            envelope.WasPersistedInInbox = true; // a pass does not say so, and Wolverine would mark the message behind the commit instead of in it
            session.Sql(HoldMessage, envelope.Id, Owner(runtime));
        }
    }

    /// <summary>
    /// Whether a message, or all that are handled together, are this node's at this moment. A command that never waited
    /// in the table always is.
    /// </summary>
    internal static async Task<bool> Holds(
        Envelope envelope, NpgsqlDataSource database, IWolverineRuntime runtime, CancellationToken ct)
    {
        if (!IsInTable(envelope, runtime))
        {
            return true;
        }

        var ids = Messages(envelope);
        var held = await database.Query(FindHeld, row => row.GetInt64(0), ct, ids.ToArray(), Owner(runtime));
        return held.Single() == ids.Count;
    }

    /// <summary>Leaves to any node which of these messages are still a node's: whoever recovers them first handles them.</summary>
    /// <returns>How many they were.</returns>
    internal static async Task<int> GiveBack(IEnumerable<Guid> messages, int node, NpgsqlDataSource database, CancellationToken ct) =>
        (await database.Query(GiveBackHeld, row => row.GetGuid(0), ct, node, messages.ToArray())).Count;

    /// <summary>The ids under which it waits in the table: those of all messages that are handled together.</summary>
    internal static IReadOnlyList<Guid> Messages(Envelope envelope) =>
        BatchContext.For(envelope).Members is { Count: > 0 } members
            ? [.. members.Select(member => member.MessageId)]
            : [envelope.Id];

    /// <summary>
    /// Whether work is done by passes, in requests or by cron. It is nobody's while it is handled: one pass at a time
    /// holds a lock on all of it.
    /// </summary>
    internal static bool IsByPass(IWolverineRuntime runtime) =>
        runtime.DurabilitySettings.Mode == DurabilityMode.ServerlessWithOutbox;

    internal static bool IsInTable(Envelope envelope, IWolverineRuntime runtime) =>
        envelope.WasPersistedInInbox
        || (IsByPass(runtime) && envelope.Status is EnvelopeStatus.Incoming or EnvelopeStatus.Scheduled);

    static int? Owner(IWolverineRuntime runtime) =>
        IsByPass(runtime) ? null : runtime.DurabilitySettings.AssignedNodeNumber;

    /// <summary>Nothing has changed, and nothing is to be done: the message is in other hands.</summary>
    public static bool Refused(Exception error) => Races.SqlState(error) == Lost || error is AggregateException several && several.InnerExceptions.Any(Refused);
}
