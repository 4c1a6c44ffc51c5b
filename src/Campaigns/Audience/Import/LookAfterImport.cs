using Campaigns.Storage;
using Marten;
using Wolverine;
using Wolverine.Attributes;

namespace Campaigns.Audience.Import;

/// <summary>Due when an import should have gone on: its server may have died in the middle of the file.</summary>
/// <param name="Version">What the import was at when this was sent; at another one it goes on.</param>
[MessageIdentity("look_after_import")]
public sealed record LookAfterImport(Guid ImportId, long Version);

public static class LookAfterImportHandler
{
    /// <summary>How long an import may take in nothing: 2,000 rows come in less, over the slowest line that the server puts up with.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public static async Task<OutgoingMessages> Handle(LookAfterImport message, IDocumentSession session, TimeProvider clock, CancellationToken ct)
    {
        var import = await session.Events.FetchForWriting<ContactImport>(message.ImportId, ct);
        return import.Record(Decide(import.Loaded(), message, clock.Microseconds())).Messages;
    }

    public static Outcome Decide(StreamState<ContactImport> import, LookAfterImport message, DateTimeOffset now) => import switch
    {
        { State.Status: not ImportStatus.Running } => Outcome.Nothing,
        _ when import.Version != message.Version => Outcome.Nothing.Schedule(message with { Version = import.Version }, now + Patience),
        _ => Outcome.Record(new ImportFailed(
            $"Nothing came for {Patience.TotalMinutes:0} minutes: the server that took the file in has stopped, or the upload stands still.",
            import.State.Line)),
    };
}
