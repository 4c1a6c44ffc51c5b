using Marten;
using Wolverine;
using Wolverine.Runtime;

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

    /// <summary>Middleware of every handler with a session, before anything else is queued.</summary>
    public static void Before(Envelope envelope, IDocumentSession session, IWolverineRuntime runtime)
    {
        // Work that is done by passes, in requests or by cron, is nobody's while it is handled: one pass at a time holds a lock on all of it.
        var isByPass = runtime.DurabilitySettings.Mode == DurabilityMode.ServerlessWithOutbox;
        if (isByPass && envelope.Status is EnvelopeStatus.Incoming or EnvelopeStatus.Scheduled)
        {
            envelope.WasPersistedInInbox = true; // a pass does not say so, and Wolverine would mark the message behind the commit instead of in it
        }

        if (envelope.WasPersistedInInbox)
        {
            session.Sql(HoldMessage, envelope.Id, isByPass ? null : runtime.DurabilitySettings.AssignedNodeNumber);
        }
    }

    /// <summary>Nothing has changed, and nothing is to be done: the message is in other hands.</summary>
    public static bool Refused(Exception error) => Races.SqlState(error) == Lost || error is AggregateException several && several.InnerExceptions.Any(Refused);
}
