using Campaigns.Audience;
using Campaigns.Planning;
using Campaigns.Segments;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Server.Components;

/// <summary>What people call the things that conditions and audiences name by id. What is not there any more has no name.</summary>
sealed record Names(IReadOnlyDictionary<Guid, string> Lists, IReadOnlyDictionary<Guid, string> Campaigns, IReadOnlyDictionary<Guid, string> Segments)
{
    static readonly Dictionary<Guid, string> None = [];

    /// <summary>Those that any of these conditions names, in one query a kind.</summary>
    public static async Task<Names> Of(
        IDocumentStore store, GetCampaigns campaigns, string tenantId, IReadOnlyCollection<Condition> conditions, CancellationToken ct) => new(
        await ListsOf(store, tenantId, [.. conditions.SelectMany(condition => condition.Lists).Distinct()], ct),
        await CampaignsOf(campaigns, tenantId, [.. conditions.SelectMany(condition => condition.Campaigns).Distinct()], ct),
        None);

    /// <summary>Those that an audience names.</summary>
    public static async Task<Names> Of(IDocumentStore store, string tenantId, CampaignAudience audience, CancellationToken ct)
    {
        Guid[] segments = [.. Enumerable.Distinct([.. audience.Segments ?? [], .. audience.ExceptSegments ?? []])];
        return new Names(
            await ListsOf(store, tenantId, [.. Enumerable.Distinct([.. audience.Lists ?? [], .. audience.ExceptLists ?? []])], ct),
            None,
            segments.Length == 0
                ? None
                : (await store.LoadMany<Segment>(tenantId, segments, ct)).Where(segment => segment.State is { Revision: > 0, Deleted: false })
                    .ToDictionary(segment => segment.Id, segment => segment.State.Definition.Name));
    }

    static async Task<IReadOnlyDictionary<Guid, string>> ListsOf(IDocumentStore store, string tenantId, Guid[] ids, CancellationToken ct) =>
        ids.Length == 0 ? None : (await ContactLists.ReadNames(store, tenantId, ids, ids.Length, ct)).ToDictionary(list => list.Id, list => list.Name);

    static async Task<IReadOnlyDictionary<Guid, string>> CampaignsOf(GetCampaigns campaigns, string tenantId, Guid[] ids, CancellationToken ct) =>
        ids.Length == 0 ? None : (await campaigns.ReadNames(tenantId, ids, ids.Length, ct)).ToDictionary(campaign => campaign.Id, campaign => campaign.Name);
}
