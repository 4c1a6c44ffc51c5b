using System.Globalization;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Http;
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

public sealed class CampaignBatches(EventStore store)
{
    static readonly string ListBatches = Sql.Beside<CampaignBatches>(nameof(ListBatches));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/batches", async (
                Guid id, int? limit, string? cursor, ApiRequest request, CampaignBatches batches, ProgressQuery campaigns, CancellationToken ct) =>
                await campaigns.Find(request.TenantId, id, ct) is null
                    ? Problems.NotFound("campaign")
                    : Results.Ok(await batches.List(request.TenantId, id, new PageRequest(limit, cursor), ct)))
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
        int? Count(int column) => reader.IsDBNull(column) ? null : reader.GetInt32(column);

        return new BatchView(
            reader.GetInt32(0), reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2),
            reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3), Count(4), Count(5), Count(6), Count(7), Count(8),
            reader.IsDBNull(9) ? null : reader.GetInt64(9));
    }
}
