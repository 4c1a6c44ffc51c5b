using System.Text.Json;
using Campaigns.Engine.Messages;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Insight;

/// <summary>A durable message: work that waits, is being done, or was given up.</summary>
/// <param name="Due">When it is to be handled; null once it is handled.</param>
/// <param name="Error">Why the last attempt failed.</param>
public sealed record MessageView(
    Guid Id, MessageState State, string Queue, string Kind, Priority Priority, DateTimeOffset SentAt, DateTimeOffset? Due, int Attempts, string? Error,
    DateTimeOffset? DeadAt, DateTimeOffset? HandledAt, string? CorrelationId, string? CausationId, JsonElement Body)
{
    internal static MessageView Of(StoredMessage message) => new(
        message.Id, message.State, message.Queue, message.Kind, message.Priority, message.SentAt, message.Due, message.Attempts, message.Error,
        message.DeadAt, message.HandledAt, message.CorrelationId, message.CausationId, message.Body);
}

/// <summary>Which dead messages come again: some by id, or all of a queue, of a kind, or of the organisation.</summary>
/// <param name="All">Must be true where nothing else narrows it.</param>
public sealed record ReplayMessages(IReadOnlyList<Guid>? Ids = null, string? Queue = null, string? Kind = null, bool All = false);

/// <param name="Count">Messages that come again.</param>
public sealed record MessagesReplayed(long Count);

/// <summary>The organisation's messages, to look at and to bring the dead ones back.</summary>
static class DurableMessages
{
    const int MostIds = 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/messages", async (
                Word<MessageState>? state, string? queue, string? kind, [AsParameters] PageRequest page, ApiRequest request, StoredMessages messages,
                CancellationToken ct) =>
            {
                var rows = await messages.List(new MessageFilter(request.TenantId, state?.Value, queue, kind), page.AfterId, page.Size + 1, ct);
                return Page.Of(rows.ConvertAll(MessageView.Of), page.Size, row => row.Id.ToString());
            })
            .WithName("ListMessages").WithSummary("Durable messages: work that waits, is being done, or was given up");
        api.MapGet("/messages/{id:guid}", async (Guid id, ApiRequest request, StoredMessages messages, CancellationToken ct) =>
                await messages.Find(request.TenantId, id, ct) is { } message ? Results.Ok(MessageView.Of(message)) : Problems.NotFound("message"))
            .WithName("GetMessage").WithSummary("One message, with its body and why it failed")
            .Produces<MessageView>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/messages/{id:guid}/replay", async (Guid id, ApiRequest request, StoredMessages messages, CancellationToken ct) =>
                await messages.Replay(new MessageFilter(request.TenantId, Ids: [id]), ct) == 1 ? Results.Ok(new MessagesReplayed(1))
                : await messages.Find(request.TenantId, id, ct) is null ? Problems.NotFound("message")
                : Problems.Problem("message-not-dead", "Only a dead message can be replayed; this one is not dead.", StatusCodes.Status409Conflict))
            .WithName("ReplayMessage").WithSummary("Let a dead message come again").Produces<MessagesReplayed>()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/messages/replay", async (ReplayMessages which, ApiRequest request, StoredMessages messages, CancellationToken ct) =>
                Errors(which) is { Count: > 0 } errors
                    ? Problems.Invalid(errors)
                    : Results.Ok(new MessagesReplayed(
                        await messages.Replay(new MessageFilter(request.TenantId, Queue: which.Queue, Kind: which.Kind, Ids: which.Ids), ct))))
            .WithName("ReplayMessages").WithSummary("Let dead messages come again: some, those of a queue or kind, or all")
            .Produces<MessagesReplayed>().ProducesValidationProblem();
    }

    static Dictionary<string, string[]> Errors(ReplayMessages which)
    {
        var errors = new Dictionary<string, string[]>();
        if (which.Ids is { Count: > MostIds })
        {
            errors["ids"] = [$"At most {MostIds} at a time."];
        }

        if (!which.All && which is { Ids: null, Queue: null, Kind: null })
        {
            errors["all"] = ["Say which by ids, queue or kind; or all: true for every dead message of the organisation."];
        }

        return errors;
    }
}
