using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Wolverine;

namespace Campaigns.Tracking;

/// <summary>What providers posted, as it came: to look at, and to be read again after a fault of ours.</summary>
public static class StoredWebhooks
{
    static readonly string ListBodies = Sql.Beside(typeof(StoredWebhooks), nameof(ListBodies));
    static readonly string ReadBody = Sql.Beside(typeof(StoredWebhooks), nameof(ReadBody));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/webhook-bodies", List).WithName("ListWebhookBodies").WithSummary("What providers posted, latest first, and what came of it")
            .Produces<Page<StoredWebhook>>();
        api.MapGet("/webhook-bodies/{id:guid}", Get).WithName("GetWebhookBody").WithSummary("A body as it was posted")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/webhook-bodies/{id:guid}/replay", Replay).WithName("ReplayWebhookBody")
            .WithSummary("Read a body again: what was recorded is a duplicate, what found no recipient then may find one now")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);
    }

    static async Task<IResult> List([AsParameters] PageRequest page, bool? late, ApiRequest request, CancellationToken ct)
    {
        var rows = await request.Store.Database.Query(ListBodies, StoredWebhook.Read, ct, request.TenantId, page.AfterId, page.Size + 1, late);
        return TypedResults.Ok(Page.Of(rows, page.Size, row => row.Id.ToString()));
    }

    // As bytes to download: it is a stranger's text, and not to be shown as anything by a browser.
    static async Task<IResult> Get(Guid id, ApiRequest request, CancellationToken ct) =>
        await Find(id, request, ct) is { } body ? TypedResults.Bytes(body, "application/octet-stream", $"{id}.txt") : NotFound();

    static async Task<IResult> Replay(Guid id, ApiRequest request, CancellationToken ct)
    {
        if (await Find(id, request, ct) is null)
        {
            return NotFound();
        }

        await request.Send<WebhookReplayed>(new ReplayWebhook(id), ct);
        return TypedResults.Accepted("/api/v1/webhook-bodies");
    }

    static async Task<byte[]?> Find(Guid id, ApiRequest request, CancellationToken ct) =>
        (await request.Store.Database.Query(ReadBody, reader => reader.GetFieldValue<byte[]>(0), ct, request.TenantId, id)).SingleOrDefault();

    static IResult NotFound() => Problems.NotFound("webhook body (any more)");
}

/// <summary>Has a body read again.</summary>
public sealed record ReplayWebhook(Guid BodyId);

public sealed record WebhookReplayed(Guid BodyId);

public static class ReplayWebhookHandler
{
    static readonly string ReopenBody = Sql.Beside(typeof(StoredWebhooks), nameof(ReopenBody));

    public static (WebhookReplayed, OutgoingMessages) Handle(ReplayWebhook command, IDocumentSession session, Caller caller)
    {
        session.Sql(ReopenBody, session.TenantId, command.BodyId);
        caller.Keep();
        return (new WebhookReplayed(command.BodyId), [SharedBodies.Work(session.TenantId, command.BodyId)]);
    }
}

/// <param name="Size">In bytes.</param>
/// <param name="ProcessedAt">Null while it waits to be read, or was not because it is late.</param>
/// <param name="Duplicates">Events that an earlier body, or this one, had told already.</param>
/// <param name="Unmatched">Events about no recipient that we know, or of a kind that is not recorded.</param>
/// <param name="Malformed">Entries that are no events.</param>
/// <param name="Repeats">How often the same body came again, and was not stored again.</param>
/// <param name="Late">Signed too long before it came to be read by itself: it may be an old one that somebody repeats. A replay reads it.</param>
public sealed record StoredWebhook(
    Guid Id, string Provider, DateTimeOffset ReceivedAt, int Size, DateTimeOffset? ProcessedAt, int? Recorded, int? Duplicates, int? Unmatched, int? Malformed,
    int Repeats, bool Late)
{
    internal static StoredWebhook Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt32(3), reader.ValueOrNull<DateTimeOffset>(4),
        reader.ValueOrNull<int>(5), reader.ValueOrNull<int>(6), reader.ValueOrNull<int>(7), reader.ValueOrNull<int>(8), reader.GetInt32(9), reader.GetBoolean(10));
}
