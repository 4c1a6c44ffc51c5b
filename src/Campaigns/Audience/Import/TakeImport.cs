using System.Text.Json.Serialization;
using Campaigns.Storage;
using Marten;
using Wolverine;
using Wolverine.Attributes;

namespace Campaigns.Audience.Import;

/// <summary>Takes in the next rows of a file that is kept.</summary>
/// <param name="From">Behind which rows; null: from the beginning.</param>
[MessageIdentity("take_import")]
public sealed record TakeImport(Guid ImportId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FilePlace? From = null);

/// <summary>
/// A file is taken in by one message after the other. The rows of each commit with the message for the next ones, which says how far the file was read: a node
/// may die at any moment, and no row is lost or taken twice. With the last rows the file goes.
/// </summary>
public static class TakeImportHandler
{
    /// <summary>Rows of one message: some tenths of a second.</summary>
    public const int Rows = 5000;

    // Another import or caller may be faster with one of these contacts: the next attempt knows it.
    public static async Task<OutgoingMessages> Handle(TakeImport message, IDocumentSession session, TimeProvider clock, CancellationToken ct)
    {
        var stream = await session.Events.FetchForWriting<ContactImport>(message.ImportId, ct);
        var import = stream.Loaded();
        if (import.State is not { Bytes: { } bytes } || import.State.Status == ImportStatus.Completed)
        {
            return []; // brought back from the dead letters, after another one
        }

        var again = import.State.Status == ImportStatus.Failed ? Outcome.Record(ImportContactsHandler.Again(import.State)) : Outcome.Nothing;
        import = import with { State = again.Events.Aggregate(import.State, (state, fact) => state.Evolve(fact)) };
        var (database, tenantId) = (session.DocumentStore.Database, session.TenantId);
        var (file, refusal) = await ContactFile.Reopen(from => new KeptUpload(database, tenantId, import.Id, bytes, from), message.From, ct, import.State.Map);
        if (file is null)
        {
            throw new InvalidOperationException($"The header of import {import.Id} was understood once, and is not any more: {refusal!.Explanation}");
        }

        await using (file)
        {
            var chunk = await file.Read(Rows, ct);
            var outcome = again.And([.. (await ImportContactsHandler.Take(import, chunk, chunk.Ended ? bytes : file.Place.Position, session, clock.Microseconds(), ct)).Events]);
            if (chunk.Ended)
            {
                KeptUpload.Discard(session, import.Id);
            }

            return stream.Record(chunk.Ended ? outcome : outcome.Send(message with { From = file.Place })).Messages;
        }
    }
}
