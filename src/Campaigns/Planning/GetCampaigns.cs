using Marten;
using Campaigns.Storage;
using System.Text.Json;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

/// <summary>Campaigns to look at: one, or a page of them, the newest first.</summary>
public sealed class GetCampaigns(IDocumentStore store)
{
    static readonly string ListCampaigns = Sql.Beside<GetCampaigns>(nameof(ListCampaigns));
    static readonly string ReadCampaignNames = Sql.Beside<GetCampaigns>(nameof(ReadCampaignNames));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/campaigns", async (
                [AsParameters] PageRequest page, Word<CampaignStatus>[]? status, bool? archived, string? search, ApiRequest request,
                GetCampaigns campaigns, CancellationToken ct) =>
                TypedResults.Ok(await campaigns.List(
                    request.TenantId, [.. (status ?? []).Select(word => word.Value)], archived ?? false, search?.Trim(), page, ct)))
            .WithName("ListCampaigns").WithSummary("Campaigns, the newest first; by status, several too, and by a part of the name");
        api.MapGet("/campaigns/{id:guid}", async (Guid id, ApiRequest request, GetCampaigns campaigns, CancellationToken ct) =>
            {
                if (await campaigns.Find(request.TenantId, id, ct) is not { } campaign)
                {
                    return Problems.NotFound("campaign");
                }

                request.SetETag(campaign.Version);
                return Results.Ok(campaign);
            })
            .WithName("GetCampaign").WithSummary("One campaign").Produces<CampaignView>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    public async Task<CampaignView?> Find(string tenantId, Guid id, CancellationToken ct)
    {
        var campaign = await store.Load<Campaign>(tenantId, id, ct);
        return CampaignRules.Exists(campaign.State) is null ? await CampaignView.Read(store, tenantId, campaign, ct) : null;
    }

    /// <summary>The names of campaigns, newest first.</summary>
    /// <param name="ids">Which ones; null for all.</param>
    public Task<List<(Guid Id, string Name)>> ReadNames(string tenantId, IReadOnlyCollection<Guid>? ids, int most, CancellationToken ct) =>
        store.Database.Query(ReadCampaignNames, reader => (reader.GetGuid(0), reader.GetString(1)), ct, tenantId, ids?.ToArray(), most);

    public async Task<Page<CampaignView>> List(
        string tenantId, IReadOnlyList<CampaignStatus> statuses, bool archived, string? search, PageRequest page, CancellationToken ct)
    {
        var states = await ListStates(tenantId, statuses, archived, search, page, ct);
        var times = await StreamTimes.Read(store, tenantId, states.Items.Select(campaign => campaign.Id), ct);
        return new Page<CampaignView>(
            [.. states.Items.Select(campaign => CampaignView.Of(campaign.Id, campaign.Version, campaign.State, times[campaign.Id]))], states.Next);
    }

    /// <summary>The same list for those who go on to ask about these campaigns, for instance how far each is.</summary>
    public async Task<Page<StreamState<Campaign>>> ListStates(
        string tenantId, IReadOnlyList<CampaignStatus> statuses, bool archived, string? search, PageRequest page, CancellationToken ct)
    {
        var campaigns = await store.Database.Query(
            ListCampaigns,
            reader => new StreamState<Campaign>(
                reader.GetGuid(0), JsonSerializer.Deserialize<Campaign>(reader.GetString(1), StoredJson.Options)!, reader.GetInt64(2)),
            ct, tenantId, page.AfterId ?? Guid.AllBitsSet, statuses.Count == 0 ? null : statuses.Select(status => status.ToString()).ToArray(), archived,
            page.Size + 1, string.IsNullOrEmpty(search) ? null : search);
        return Page.Of(campaigns, page.Size, campaign => campaign.Id.ToString());
    }
}
