using Marten;
using Campaigns.Storage;
using Campaigns.Http;
using Campaigns.Planning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Insight;

/// <summary>How far a campaign is.</summary>
/// <param name="Recipients">Everybody it is for, without the skipped.</param>
/// <param name="Done">Share of the recipients that have a result, 0 to 1.</param>
/// <param name="MessagesPerSecond">
/// Over the batches of the last five minutes, ten at most, until now; null where there was none, and while it is not sending.
/// </param>
/// <param name="EstimatedCompletion">
/// When the last message leaves, by its pace, limits and hours; null when it cannot be said, and in lists of campaigns.
/// </param>
/// <param name="EstimateBasis">For people: what the estimate goes by, or why there is none; null when nobody is left.</param>
public sealed record CampaignProgress(
    Guid CampaignId,
    string Name,
    CampaignStatus Status,
    string? Reason,
    long Recipients,
    long Skipped,
    long Queued,
    long Sending,
    long Sent,
    long Failed,
    long InDoubt,
    long Delivered,
    long Opened,
    long Clicked,
    long Bounced,
    long Complained,
    long Unsubscribed,
    long TimedOut,
    double Done,
    int? CurrentBatch,
    DateTimeOffset? NextBatchAt,
    double? MessagesPerSecond,
    DateTimeOffset? EstimatedCompletion = null,
    string? EstimateBasis = null);

public sealed class ProgressQuery(IDocumentStore store, Forecasts forecasts)
{
    static readonly string ReadProgress = Sql.Beside<ProgressQuery>(nameof(ReadProgress));
    static readonly string ReadPace = Sql.Beside<ProgressQuery>(nameof(ReadPace));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/progress", async (Guid id, ApiRequest request, ProgressQuery progress, CancellationToken ct) =>
                await progress.Find(request.TenantId, id, ct) is { } found ? Results.Ok(found) : Problems.NotFound("campaign"))
            .WithName("GetProgress").WithSummary("Counts, rate and time left of a campaign").Produces<CampaignProgress>()
            .ProducesProblem(StatusCodes.Status404NotFound);

    public async Task<CampaignProgress?> Find(string tenantId, Guid campaignId, CancellationToken ct)
    {
        var campaign = await store.Load<Campaign>(tenantId, campaignId, ct);
        if (CampaignRules.Exists(campaign.State) is not null)
        {
            return null;
        }

        var counts = await Counts(tenantId, [campaignId], ct);
        if (!counts.TryGetValue(campaignId, out var found))
        {
            return null;
        }

        var pace = (await Paces(tenantId, [campaignId], ct)).GetValueOrDefault(campaignId);
        var progress = Create(campaignId, campaign.State, found, pace);
        var forecast = await forecasts.Make(tenantId, campaign, progress.Queued + progress.Sending, pace?.HandedOver, ct);
        return progress with { EstimatedCompletion = forecast?.End, EstimateBasis = forecast?.Because };
    }

    /// <summary>The progress of several campaigns, in their order, in two queries and without a forecast.</summary>
    public async Task<IReadOnlyList<CampaignProgress>> Read(string tenantId, IReadOnlyList<(Guid Id, Campaign State)> campaigns, CancellationToken ct)
    {
        var ids = campaigns.Select(campaign => campaign.Id).ToArray();
        var counts = await Counts(tenantId, ids, ct);
        var paces = await Paces(tenantId, ids, ct);
        return
        [
            .. from campaign in campaigns
               where counts.ContainsKey(campaign.Id)
               select Create(campaign.Id, campaign.State, counts[campaign.Id], paces.GetValueOrDefault(campaign.Id)),
        ];
    }

    static CampaignProgress Create(Guid id, Campaign campaign, long[] n, MeasuredPace? pace)
    {
        var (recipients, skipped, queued, sending, sent, failed, inDoubt) = (n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
        var left = queued + sending;
        return new CampaignProgress(
            id, campaign.Settings.Name, campaign.Status, campaign.Reason, recipients, skipped, queued, sending, sent, failed, inDoubt,
            n[7], n[8], n[9], n[10], n[11], n[12], n[13], recipients == 0 ? 0 : (double)(recipients - left) / recipients,
            campaign.OpenBatch?.Number ?? (campaign.LastBatch > 0 ? campaign.LastBatch : null),
            campaign.Status == CampaignStatus.Sending ? campaign.NextBatchAt : null,
            campaign.Status == CampaignStatus.Sending ? pace?.UntilNow : null);
    }

    async Task<Dictionary<Guid, long[]>> Counts(string tenantId, Guid[] ids, CancellationToken ct)
    {
        var rows = await store.Database.Query(
            ReadProgress,
            reader => (Id: reader.GetGuid(0), Counts: Enumerable.Range(1, reader.FieldCount - 1).Select(reader.GetInt64).ToArray()),
            ct, tenantId, ids);
        return rows.ToDictionary(row => row.Id, row => row.Counts);
    }

    async Task<Dictionary<Guid, MeasuredPace>> Paces(string tenantId, Guid[] ids, CancellationToken ct)
    {
        var rows = await store.Database.Query(
            ReadPace, reader => (Id: reader.GetGuid(0), Pace: new MeasuredPace(reader.ValueOrNull<double>(1), reader.ValueOrNull<double>(2))), ct,
            tenantId, ids, store.Clock.GetUtcNow());
        return rows.ToDictionary(row => row.Id, row => row.Pace);
    }

    /// <summary>Messages a second of the last ten batches.</summary>
    /// <param name="UntilNow">Of those that ended lately, from the start of the first one, so that it sinks while nothing goes out; null where none did.</param>
    /// <param name="HandedOver">While they were handed over.</param>
    sealed record MeasuredPace(double? UntilNow, double? HandedOver);
}
