using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending.Claims;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.Runtime;

namespace Campaigns.Sending;

/// <summary>
/// What a node knows of a batch that was taken from it. It stood still, another node took its batch for interrupted and everybody in it for in doubt; when
/// it goes on it knows who was never handed over, and what the provider said of the others. It says so: nobody else ever will.
/// </summary>
public sealed class LateResults(IWolverineRuntime runtime, TimeProvider clock, ILogger<LateResults> log)
{
    /// <summary>Until whoever took the batch has closed it. Its results would meet with ours.</summary>
    const int MostLooks = 120;

    static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    /// <returns>False: the batch is still open, and nothing is recorded.</returns>
    public async Task<bool> Record(string tenantId, SendBatch batch, Guid claim, BatchResults results)
    {
        for (var look = 1; look <= MostLooks; look++)
        {
            if (await new MessageBus(runtime).InvokeForTenantAsync<ResultsRecorded>(tenantId, new RecordLateResults(batch, claim, results)) is { IsClosed: true } recorded)
            {
                if (recorded.Count > 0)
                {
                    Log.LateResults(log, batch.Number, batch.CampaignId, recorded.Count);
                }

                return true;
            }

            await Task.Delay(BetweenLooks, clock);
        }

        return false;
    }
}

/// <summary>Has results recorded of those whom a batch left in doubt.</summary>
/// <param name="Claim">Under which the batch had been opened.</param>
public sealed record RecordLateResults(SendBatch Batch, Guid Claim, BatchResults Results);

/// <param name="IsClosed">False: the batch is still open, and nothing was recorded.</param>
/// <param name="Count">Who is not in doubt any more.</param>
public sealed record ResultsRecorded(bool IsClosed, int Count);

public static class RecordLateResultsHandler
{
    /// <summary>The code of a failure where nobody is left to send the message.</summary>
    public const string NeverHandedOver = "never-handed-over";

    static readonly string ReadDoubtful = Sql.Beside(typeof(RecordLateResultsHandler), nameof(ReadDoubtful));

    public static async Task<(ResultsRecorded, OutgoingMessages)> Handle(
        RecordLateResults command, IDocumentSession session, NpgsqlDataSource database, TimeProvider clock, CancellationToken ct)
    {
        var (batch, results) = (command.Batch, command.Results);
        // The campaign after them: what comes in between is what refuses the commit.
        var (first, last) = DerivedId.RecipientRange(batch.CampaignId);
        var doubtful = (await database.Query(
            ReadDoubtful, reader => (Id: reader.GetGuid(0), Version: reader.GetInt64(1)), ct, session.TenantId, batch.CampaignId, first, last, batch.Number))
            .ToDictionary(recipient => recipient.Id, recipient => recipient.Version);
        var campaign = await session.Events.FetchForWriting<Campaign>(batch.CampaignId, ct);
        if (campaign.State().OpenBatch?.Claim == command.Claim)
        {
            return (new ResultsRecorded(false, 0), []);
        }

        var facts = results.Facts
            .Where(result => result.Fact is not (null or MessageInDoubt) && doubtful.ContainsKey(result.Recipient))
            .Select(result => (result.Recipient, Fact: campaign.State().IsFinished ? Final(result.Fact!) : result.Fact!))
            .ToList();
        foreach (var (recipient, fact) in facts)
        {
            session.Append<Recipient>(recipient, ExpectedVersion.Exactly(doubtful[recipient]), fact);
        }

        BatchResults.Suppress(session, results.Suppressed.Where(each => doubtful.ContainsKey(each.Recipient)));
        AddressClaims.Release(session, batch.CampaignId, results.Unclaimed.Where(recipient => doubtful.ContainsKey(recipient.Id)));
        var handedOverAt = campaign.State().Settings.Pace.Daily is null
            ? null
            : await RequeueRecipientsHandler.HandedOverAt(session.TenantId, batch.CampaignId, database, ct);
        var outcome = Decide(campaign.State(), batch, [.. facts.Select(result => result.Fact)], handedOverAt, clock.Microseconds());
        return (new ResultsRecorded(true, facts.Count), campaign.Record(outcome).Messages);
    }

    /// <param name="facts">What is recorded of those who were in doubt.</param>
    /// <param name="handedOverAt">When the last batch that handed something over started; needed for a daily limit only.</param>
    public static Outcome Decide(Campaign campaign, SendBatch batch, IReadOnlyList<object> facts, DateTimeOffset? handedOverAt, DateTimeOffset now)
    {
        if (facts.Count == 0)
        {
            return Outcome.Nothing;
        }

        var queued = facts.Count(fact => fact is MessageReturned or AttemptFailed);
        var outcome = Outcome.Record(
            new DoubtsSettled(batch.Number, facts.Count(fact => fact is MessageSent), facts.Count(fact => fact is MessageFailed), queued));
        return queued == 0 ? outcome.Send(new CompleteCampaign(batch.CampaignId))
            : campaign.Status == CampaignStatus.Cancelled ? outcome.Send(new WithdrawQueued(batch.CampaignId))
            : RequeueRecipientsHandler.GoOn(outcome, campaign, batch.CampaignId, handedOverAt, now);
    }

    /// <summary>A campaign that has ended without them sends to nobody by itself any more: a person may have it tried again.</summary>
    static object Final(object fact) => fact switch
    {
        MessageReturned returned => new MessageFailed(returned.Batch, FailureCategory.Temporary, returned.Code ?? NeverHandedOver, returned.Why),
        AttemptFailed failed => new MessageFailed(failed.Batch, failed.Category, failed.Code, failed.Text, failed.Attempt),
        _ => fact,
    };
}
