using Marten;
using Campaigns.Storage;
using System.Globalization;
using Campaigns.Http;
using Campaigns.Planning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Campaigns.Insight;

/// <summary>One batch of a campaign's history; the counts are null while it is under way.</summary>
/// <param name="Returned">Not handed over after all, for certain: queued again.</param>
/// <param name="Deferred">To be tried again at a time of their own; null also of batches before these were counted.</param>
/// <param name="Remaining">Queued at its end.</param>
public sealed record BatchView(
    int Number, int Size, DateTimeOffset StartedAt, DateTimeOffset? CompletedAt, int? Sent, int? Failed, int? InDoubt, int? Returned, int? Deferred,
    long? Remaining);

public sealed class CampaignBatches(IDocumentStore store)
{
    static readonly string ListBatches = Sql.Beside<CampaignBatches>(nameof(ListBatches));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/batches", async (
                Guid id, [AsParameters] PageRequest page, ApiRequest request, CampaignBatches batches, CancellationToken ct) =>
                CampaignRules.Exists((await request.Store.Load<Campaign>(request.TenantId, id, ct)).State) is { } refusal
                    ? refusal.ToProblem()
                    : Results.Ok(await batches.List(request.TenantId, id, page, ct)))
            .WithName("ListBatches").WithSummary("The history of batches, the newest first").Produces<Page<BatchView>>()
            .ProducesProblem(StatusCodes.Status404NotFound);

    public async Task<Page<BatchView>> List(string tenantId, Guid campaignId, PageRequest page, CancellationToken ct)
    {
        var before = (int)Math.Min(page.AfterNumber ?? int.MaxValue, int.MaxValue);
        var rows = await store.Database.Query(ListBatches, Read, ct, tenantId, campaignId, before, page.Size + 1);
        return Page.Of(rows, page.Size, row => row.Number.ToString(CultureInfo.InvariantCulture));
    }

    internal static BatchView Read(NpgsqlDataReader reader)
    {
        int? Count(int column) => reader.ValueOrNull<int>(column);

        return new BatchView(
            reader.GetInt32(0), reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2), reader.ValueOrNull<DateTimeOffset>(3),
            Count(4), Count(5), Count(6), Count(7), Count(8), reader.ValueOrNull<long>(9));
    }
}
