using Campaigns.Storage;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Providers;
using Campaigns.Recipients;
using Marten;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Planning;

/// <summary>A campaign as the API shows it.</summary>
/// <param name="NextBatchAt">When the next batch is due, while it is sending.</param>
/// <param name="HeldBy">What holds the next batch until then; null for the pace.</param>
/// <param name="FormulaVersion">Of the formula in offers, from the launch on.</param>
/// <param name="UpdatedAt">When anything last happened to it.</param>
public sealed record CampaignView(
    Guid Id, long Version, CampaignStatus Status, string Name, Guid? ListId, Guid? TemplateId, long? TemplateVersion, SenderAddress? From, Pace Pace,
    double NoOpenAfterSeconds, CampaignChannels Channels, DateTimeOffset? ScheduledAt, DateTimeOffset? NextBatchAt, string? HeldBy, string? Reason,
    PausedBy? PausedBy, bool Archived, IReadOnlyList<Guid>? SenderIds, bool Urgent, DeliveryWindow? Window, LimitSettings? Limits, double LateToleranceMinutes,
    bool IgnoresFrequencyCap, bool Transactional, CampaignAudience? Audience, CampaignOffers? Offers, long? FormulaVersion, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Its senders who are paused, and how to resume each: in the answer to resuming the campaign only, and only where there are some.</summary>
    public IReadOnlyList<PausedSender>? PausedSenders { get; init; }

    public static CampaignView Of(Guid id, long version, Campaign campaign, StreamTimes times) => new(
        id, version, campaign.Status, campaign.Settings.Name, campaign.Settings.ListId, campaign.Settings.TemplateId, campaign.TemplateVersion,
        campaign.Settings.From, campaign.Settings.Pace, campaign.Settings.NoOpenAfterSeconds, campaign.Settings.Channels,
        campaign.ScheduledAt, campaign.Status == CampaignStatus.Sending ? campaign.NextBatchAt : null, campaign.HeldBy, campaign.Reason, campaign.PausedBy, campaign.Archived,
        campaign.Settings.SenderIds, campaign.Settings.Urgent, campaign.Settings.Window, campaign.Settings.Limits, campaign.Settings.LateToleranceMinutes,
        campaign.Settings.IgnoresFrequencyCap, campaign.Settings.Transactional, campaign.Settings.Audience, campaign.Settings.Offers, campaign.FormulaVersion, times.CreatedAt, times.UpdatedAt);

    /// <summary>The view of a campaign that is there.</summary>
    public static async Task<CampaignView> Read(IDocumentStore store, string tenantId, StreamState<Campaign> campaign, CancellationToken ct) =>
        Of(campaign.Id, campaign.Version, campaign.State, await StreamTimes.Read(store, tenantId, campaign.Id, ct));

    /// <summary>The answer to a command: the campaign after it, with its entity tag, or the refusal.</summary>
    /// <param name="pausedSenders">Those of the campaign, where the caller must know.</param>
    internal static async Task<IResult> Answer(
        ApiRequest request, Decided<Campaign> decided, CancellationToken ct, IReadOnlyList<PausedSender>? pausedSenders = null)
    {
        if (decided.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        request.SetETag(decided.Stream.Version);
        return Results.Ok((await Read(request.Store, request.TenantId, decided.Stream, ct)) with { PausedSenders = pausedSenders });
    }
}
