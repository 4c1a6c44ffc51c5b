using Marten;
using Campaigns.Storage;
using System.Globalization;
using System.Text.Json;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Campaigns.Insight;

/// <summary>An event as it is stored.</summary>
/// <param name="By">The API key or person that asked for it; null for the system's own work.</param>
public sealed record EventView(
    long Sequence, Guid Id, Guid StreamId, long Version, string Type, DateTimeOffset Timestamp, string? By, string? CorrelationId, string? CausationId,
    JsonElement Data);

/// <summary>Streams as stored, for whoever asks why.</summary>
public sealed class StoredEvents(IDocumentStore store)
{
    static readonly string ListEvents = Sql.Beside<StoredEvents>(nameof(ListEvents));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/campaigns/{id:guid}/events", async (
                Guid id, [AsParameters] PageRequest page, bool? newestFirst, ApiRequest request, StoredEvents events, CancellationToken ct) =>
                Answer(await events.List(request.TenantId, id, newestFirst ?? false, page, ct), page, "campaign"))
            .WithName("ListCampaignEvents").WithSummary("The campaign's stream as stored").Produces<Page<EventView>>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/recipients/{id:guid}/events", async (
                Guid id, [AsParameters] PageRequest page, bool? newestFirst, ApiRequest request, StoredEvents events, CancellationToken ct) =>
                Answer(await events.List(request.TenantId, id, newestFirst ?? false, page, ct), page, "recipient"))
            .WithName("ListRecipientEvents").WithSummary("The stream of one person in one campaign as stored").Produces<Page<EventView>>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    public async Task<Page<EventView>> List(string tenantId, Guid streamId, bool newestFirst, PageRequest page, CancellationToken ct)
    {
        var start = newestFirst ? long.MaxValue : 0;
        var rows = await store.Database.Query(ListEvents, Read, ct, tenantId, streamId, page.AfterNumber ?? start, newestFirst, page.Size + 1);
        return Page.Of(rows, page.Size, row => row.Version.ToString(CultureInfo.InvariantCulture));
    }

    // A stream without events is a stream that does not exist, here as everywhere.
    static IResult Answer(Page<EventView> events, PageRequest page, string what) =>
        events.Items.Count == 0 && page.Cursor is null ? Problems.NotFound(what) : Results.Ok(events);

    static EventView Read(NpgsqlDataReader reader)
    {
        using var data = JsonDocument.Parse(reader.GetString(9));
        return new EventView(
            reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5),
            reader.TextOrNull(6), reader.TextOrNull(7), reader.TextOrNull(8), data.RootElement.Clone());
    }
}
