using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Ledger;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Sending.Accounts;
using Campaigns.Sending.Claims;
using Campaigns.Storage;
using JasperFx.Events;
using Marten.Events;
using Marten;
using Microsoft.Extensions.Options;
using Wolverine.Attributes;
using Wolverine.Runtime;
using Wolverine;

namespace Campaigns.Sending;

/// <summary>
/// Claims a batch in one commit that names its recipients (the intent), hands it to the provider, and closes it in one commit with
/// every result. A message that finds its batch open under its own claim was interrupted in between: what has no result then is
/// in doubt, and is never simply sent again.
/// </summary>
/// <remarks>An envelope keeps its id however often it is delivered: that is the claim.</remarks>
[NonTransactional]
public sealed class SendBatchHandler(
    IDocumentStore store, EndOfMessage end, CompiledTemplates templates, MessageProviders providers, BatchPlanner planner, BatchHandover handover,
    LateResults late, SendingMetrics metrics, LimitMetrics limits, IOptions<SendingOptions> options)
{
    /// <summary>Of a claim that others are faster with.</summary>
    const int MostRounds = 50;

    static readonly string ReadInterrupted = Sql.Beside<SendBatchHandler>(nameof(ReadInterrupted));

    public Task Handle(SendUrgentBatch message, MessageContext context, CancellationToken ct) => Handle(message.Batch, context, ct);

    public async Task Handle(SendBatch message, MessageContext context, CancellationToken ct)
    {
        var (tenantId, claim) = (context.TenantId!, context.Envelope!.Id);
        for (var round = 1; round <= MostRounds; round++)
        {
            await using var session = store.LightweightSession(tenantId);
            var stream = await session.Events.FetchForWriting<Campaign>(message.CampaignId, ct);
            var campaign = stream.Loaded();
            if (campaign.State.OpenBatch is { } open && open.Claim == claim)
            {
                await CloseInterrupted(message, campaign.State, open, context);
                return;
            }

            if (campaign.State is not { Status: CampaignStatus.Sending, IsHydrated: true, OpenBatch: null } || message.Number != campaign.State.LastBatch + 1)
            {
                return; // paused, ended, or another message was first with this batch
            }

            if (campaign.State.NextBatchAt is { } at && at > store.Clock.GetUtcNow() + Permits.Headstart)
            {
                // Put off by another message, which is due then too: the one that comes second changes nothing.
                await end.Commit(context, _ => Task.FromResult(Outcome.Nothing.Schedule(message, at, campaign.State.Settings.Priority).Outgoing()));
                return;
            }

            var template = await templates.Of(
                tenantId, campaign.State.Settings.TemplateId!.Value, campaign.State.TemplateVersion!.Value, ct);
            var accounts = await ProviderAccounts.Read(store, tenantId, providers.Names(campaign.State.Settings.Channels), ct);
            var plan = await planner.Plan(tenantId, message, campaign, template, accounts, ct);
            if (plan.Go.Count == 0)
            {
                if (await end.TryCommit(context, ending => Task.FromResult(RecordThatNobodyGoes(ending, message, campaign, claim, plan))))
                {
                    CountRefusals(plan);
                    return;
                }
            }
            else if (await CommitIntent(context, session, stream, message, claim, plan, ct))
            {
                CountRefusals(plan);
                var results = await handover.Send(tenantId, message, claim, template, plan, accounts, ct);
                try
                {
                    await Close(message, campaign.State, results, context);
                }
                catch (Exception error) when (MessageFence.Refused(error))
                {
                    if (!await late.Record(tenantId, message, claim, results))
                    {
                        throw;
                    }
                }

                return;
            }
        }

        throw new InvalidOperationException($"The batch could not be claimed in {MostRounds} attempts: others are always faster, or it contradicts itself.");
    }

    OutgoingMessages RecordThatNobodyGoes(
        IDocumentSession session, SendBatch message, StreamState<Campaign> campaign, Guid claim, BatchPlan plan)
    {
        var now = store.Clock.Microseconds();
        RecordSkipsAndWaits(session, plan, message.CampaignId, campaign.State.Settings.Weight, now);
        var outcome = plan.Decide(campaign.State, message, claim, now);
        if (outcome.Events.Count > 0)
        {
            session.Events.Append(campaign.Id, campaign.Version + outcome.Events.Count, outcome.Events);
        }
        else
        {
            // Otherwise another message of this batch was faster, and has these recipients in its hands.
            session.Expect<Campaign>(campaign.Id, campaign.Version);
        }

        return outcome.Outgoing();
    }

    /// <summary>The intent, on record before the first message is handed over, in a commit of its own: the message goes on.</summary>
    /// <returns>False: somebody was faster with the campaign or a limit, and nothing has changed.</returns>
    async Task<bool> CommitIntent(
        MessageContext context, IDocumentSession session, IEventStream<Campaign> campaign, SendBatch message, Guid claim, BatchPlan plan, CancellationToken ct)
    {
        // A node that stood still until others had the message would hand over what they find open under the same claim, and take for interrupted.
        MessageFence.Before(context.Envelope!, session, context.Runtime);
        var now = store.Clock.Microseconds();
        foreach (var recipient in plan.Go)
        {
            // A webhook may prove an earlier attempt sent while we plan: pinning the stream's version fails our commit instead of sending twice.
            if (recipient.TriedVersion is { } version)
            {
                session.Expect<Recipient>(recipient.Id, version);
            }
        }

        // Another recipient's claim of the same address, made since we looked, refuses the commit.
        AddressClaims.Claim(session, message.CampaignId, plan.Go.Where(recipient => recipient.ClaimsAddress));
        Permits.Take(session, claim, message.CampaignId, plan.CountUses(), plan.StartsAt);
        RecordSkipsAndWaits(session, plan, message.CampaignId, campaign.State().Settings.Weight, now);
        campaign.Record(plan.Decide(campaign.State(), message, claim, now));
        try
        {
            await session.SaveChangesAsync(ct);
            return true;
        }
        catch (Exception error) when (Races.Lost(error) || Races.PermitsWereTaken(error))
        {
            return false;
        }
    }

    /// <summary>Adds to the commit who is skipped or waits, and that the campaign waits for limits.</summary>
    static void RecordSkipsAndWaits(IDocumentSession session, BatchPlan plan, Guid campaignId, int weight, DateTimeOffset now)
    {
        foreach (var (recipient, fact) in plan.Skip)
        {
            session.Append<Recipient>(recipient.Id, ExpectedVersion.MustExist, fact);
        }

        foreach (var (recipient, fact) in plan.Wait)
        {
            session.Append<Recipient>(recipient.Id, ExpectedVersion.MustExist, fact);
        }

        // For a domain or a contact people stand in a line of this campaign; a sender's own limit is shared with other campaigns, like one for everybody.
        foreach (var waiting in plan.Wait.Where(each => each.Fact.LimitKey is not null).GroupBy(each => each.Fact.LimitKey))
        {
            var limit = waiting.First().Recipient.Limits.First(limit => limit.Line == waiting.Key);
            if (limit.Kind is not (LimitKind.RecipientDomain or LimitKind.FrequencyCap))
            {
                Permits.Wait(session, limit, campaignId, waiting.Min(each => each.Fact.Until), waiting.Count(), weight, now);
            }
        }

        if (plan is { Go.Count: 0, Hold: { Limit: { } held, Until: var until } })
        {
            Permits.Wait(session, held, campaignId, until, plan.Size, weight, now);
        }
    }

    void CountRefusals(BatchPlan plan)
    {
        foreach (var (kind, count) in plan.CountRefusals())
        {
            limits.Refuse(kind, count);
        }
    }

    // Not to be cancelled, as little as closing any other batch.
    async Task CloseInterrupted(SendBatch message, Campaign campaign, OpenBatch open, MessageContext context)
    {
        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        var recipients = await store.Database.Query(
            ReadInterrupted, reader => (Id: reader.GetGuid(0), IsProven: reader.GetBoolean(1), Channel: reader.Word<Channel>(2)), CancellationToken.None,
            context.TenantId, message.CampaignId, first, last, open.Number);
        var doubt = new MessageInDoubt(open.Number, "The sending node stopped between handing the batch over and recording its results");
        var results = new BatchResults();
        foreach (var (id, isProven, _) in recipients)
        {
            results.Add(id, isProven ? null : doubt);
        }

        await Close(message, campaign, results, context);
        metrics.Count(recipients.Where(each => !each.IsProven).Select(each => (each.Channel, (object)doubt)));
    }

    // Not to be cancelled: what was handed over is a fact, and a batch without its results is in doubt. So neither does a
    // database that is away for a moment end it; was the commit made after all, the next attempt finds its claim gone.
    Task Close(SendBatch message, Campaign campaign, BatchResults results, MessageContext context) => end.Commit(context, async session =>
    {
        var now = store.Clock.Microseconds();
        var queued = (await CampaignCounts.Read(store, session.TenantId, message.CampaignId, CancellationToken.None)).Queued;
        var stream = await session.Events.FetchForWriting<Campaign>(message.CampaignId);
        Permits.Release(session, context.Envelope!.Id, results.EndedAt ?? now, results.UnusedPermits);
        AddressClaims.Release(session, message.CampaignId, results.Unclaimed);
        results.Accounts.SaveChanges(session);
        BatchResults.Suppress(session, results.Suppressed);
        foreach (var (recipient, fact) in results.Facts)
        {
            if (fact is not null)
            {
                session.Append<Recipient>(recipient, ExpectedVersion.MustExist, fact);
            }
        }

        var messages = stream.Record(BatchClosing.Decide(stream.State(), message, results, queued, options.Value, now)).Messages;
        // Also for who is in doubt: the provider's word may still come, and the time-out looks before it speaks.
        if (results.Facts.Any(result => result.Fact is null or MessageSent or MessageInDoubt))
        {
            messages.Schedule(new TimeOutOpens(message.CampaignId, message.Number), now.AddSeconds(campaign.Settings.NoOpenAfterSeconds));
        }

        return messages;
    });
}
