using Marten;
using Campaigns.Sending.Accounts;
using Campaigns.Storage;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Sending;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Insight;

/// <summary>Why a campaign is not sending at this moment.</summary>
/// <param name="IsSending">A batch is out, or nothing keeps the next one from going.</param>
/// <param name="Tightest">Of what holds all of it, what holds it longest; null when nothing does.</param>
/// <param name="Holds">Everything that keeps some or all of its messages back, the tightest first.</param>
public sealed record WhyView(Guid CampaignId, CampaignStatus Status, bool IsSending, Hold? Tightest, IReadOnlyList<Hold> Holds);

/// <param name="Reason">For people.</param>
/// <param name="LetsGoAt">When it lets go; null where a person has to do something, or nobody can know.</param>
/// <param name="Recipients">How many it keeps back, of the next 10,000 who were put off; null: everybody who is left.</param>
/// <param name="Most">Of a limit: how many it allows.</param>
/// <param name="Used">Of a limit: how many count against it now.</param>
public sealed record Hold(HoldKind Kind, string Reason, DateTimeOffset? LetsGoAt = null, long? Recipients = null, int? Most = null, int? Used = null);

public enum HoldKind { Status, Pause, Breaker, Preparation, Pace, Provider, Limit, Deferral, Doubt }

/// <summary>Looks at everything that can keep a campaign from sending, as the sending itself does.</summary>
public sealed class WhyNotSending(IDocumentStore store, SendingConditions conditions, Permits permits, MessageProviders providers)
{
    /// <summary>Later than this a batch is not just about to start.</summary>
    static readonly TimeSpan Overdue = TimeSpan.FromMinutes(1);

    /// <summary>Of those who were put off, for each look.</summary>
    const int MostCounted = 10_000;

    static readonly string ReadDeferrals = Sql.Beside<WhyNotSending>(nameof(ReadDeferrals));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/why", async (Guid id, ApiRequest request, WhyNotSending why, CancellationToken ct) =>
                await why.Ask(request.TenantId, id, ct) is { } answer ? Results.Ok(answer) : Problems.NotFound("campaign"))
            .WithName("WhyNotSending").WithSummary("Why it is not sending right now, and when each reason lets go").Produces<WhyView>()
            .ProducesProblem(StatusCodes.Status404NotFound);

    public async Task<WhyView?> Ask(string tenantId, Guid campaignId, CancellationToken ct)
    {
        var campaign = await store.Load<Campaign>(tenantId, campaignId, ct);
        if (CampaignRules.Exists(campaign.State) is not null)
        {
            return null;
        }

        var now = store.Clock.GetUtcNow();
        var holds = new List<Hold>(OfCampaign(campaign.State, now));
        if (campaign.State is { IsFinished: false, IsLaunched: true })
        {
            if ((await ProviderAccounts.Read(store, tenantId, providers.Names(campaign.State.Settings.Channels), ct)).SlowAt(now) is { } slow)
            {
                holds.Add(new Hold(HoldKind.Provider, slow.SlowSentence, slow.SlowUntil));
            }

            holds.AddRange(await Limits(tenantId, campaign, now, ct));
            holds.AddRange(await Deferrals(tenantId, campaignId, ct));
        }

        var ordered = holds.OrderBy(hold => hold.Recipients is not null).ThenByDescending(hold => hold.LetsGoAt ?? DateTimeOffset.MaxValue).ToList();
        var tightest = ordered.FirstOrDefault(hold => hold.Recipients is null);
        return new WhyView(campaignId, campaign.State.Status, campaign.State.Status == CampaignStatus.Sending && tightest is null, tightest, ordered);
    }

    /// <summary>What the campaign itself says.</summary>
    public static IEnumerable<Hold> OfCampaign(Campaign campaign, DateTimeOffset now)
    {
        switch (campaign.Status)
        {
            case CampaignStatus.Sending when !campaign.IsHydrated:
                yield return new Hold(HoldKind.Preparation, "Its recipients are being queued; the first batch follows.");
                break;
            case CampaignStatus.Sending when campaign.OpenBatch is null && campaign.NextBatchAt > now:
                yield return campaign.HeldBy is { } held
                    ? new Hold(HoldKind.Pace, $"Batch {campaign.LastBatch + 1} waits because {held}.", campaign.NextBatchAt)
                    : new Hold(HoldKind.Pace, $"Batch {campaign.LastBatch + 1} keeps its distance from the one before.", campaign.NextBatchAt);
                break;
            case CampaignStatus.Sending when campaign is { OpenBatch: null, NextBatchAt: { } at } && at < now - Overdue:
                yield return new Hold(HoldKind.Pace, $"Batch {campaign.LastBatch + 1} has been due since {at:u}: no worker has come to it.");
                break;
            case CampaignStatus.Sending when campaign is { OpenBatch: null, NextBatchAt: null, DoubtfulBatches.Count: > 0 }:
                yield return new Hold(HoldKind.Doubt, "Everybody had their turn; it waits for the provider's word on messages in doubt.");
                break;
            case CampaignStatus.Sending:
                break;
            case CampaignStatus.Paused:
                yield return campaign.PausedBy == PausedBy.Breaker
                    ? new Hold(HoldKind.Breaker, $"A breaker paused it: {campaign.Reason} A person resumes it.")
                    : new Hold(HoldKind.Pause, $"A person paused it: {campaign.Reason}");
                break;
            case CampaignStatus.Scheduled:
                yield return new Hold(HoldKind.Status, "It is scheduled.", campaign.ScheduledAt);
                break;
            case CampaignStatus.InReview:
                yield return new Hold(HoldKind.Status, "It waits for approval.");
                break;
            case CampaignStatus.Draft or CampaignStatus.Approved:
                yield return new Hold(HoldKind.Status, "It has not been scheduled or launched.");
                break;
            case CampaignStatus.Failed when campaign.Reason is { } reason:
                yield return new Hold(HoldKind.Status, $"It is over: failed. {reason}");
                break;
            case CampaignStatus.Partial or CampaignStatus.Failed:
                yield return new Hold(HoldKind.Status, $"It is over: {CampaignRules.Words(campaign.Status)}. Only a retry sends again.");
                break;
            default:
                yield return new Hold(HoldKind.Status, $"It is over: {CampaignRules.Words(campaign.Status)}.");
                break;
        }
    }

    async Task<IEnumerable<Hold>> Limits(string tenantId, StreamState<Campaign> campaign, DateTimeOffset now, CancellationToken ct)
    {
        var (_, book, senders, _) = await conditions.Read(tenantId, campaign, ct);
        var settings = campaign.State.Settings;
        var limits = book.ForEverybody(senders, settings.Channels, now);
        var size = settings.Pace.Size(campaign.Id, campaign.State.LastBatch + 1);
        var availability = await permits.Read(limits, campaign.Id, size, settings.Weight, now, ct);
        return availability.States.Where(state => state.Left <= 0).Select(state => new Hold(
            HoldKind.Limit,
            state.Used < state.Limit.Most ? $"Others waited longer for their share: {state.Limit.Words}." : $"A limit is used up: {state.Limit.Words}.",
            availability.FreeAt(state.Limit), Most: state.Limit.Most, Used: state.Used));
    }

    Task<List<Hold>> Deferrals(string tenantId, Guid campaignId, CancellationToken ct) => store.Database.Query(
        ReadDeferrals,
        reader => new Hold(HoldKind.Deferral, reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt64(2)),
        ct, tenantId, campaignId, MostCounted);
}
