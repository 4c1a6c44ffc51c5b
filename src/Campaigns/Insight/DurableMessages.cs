using System.Text.Json;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine.Util;

namespace Campaigns.Insight;

/// <summary>A message that no attempt could handle.</summary>
/// <param name="Error">Why the last attempt failed.</param>
public sealed record MessageView(Guid Id, string Queue, string Kind, DateTimeOffset SentAt, string? Error, string? CorrelationId, JsonElement? Body)
{
    internal static MessageView Of(DeadLetter letter) => new(
        letter.Id, letter.Queue, letter.Kind, letter.SentAt, letter.Error, letter.CorrelationId, letter.Body);
}

/// <summary>Which dead messages come again: some by id, or all of a kind, or of the organisation.</summary>
/// <param name="All">Must be true where nothing else narrows it.</param>
public sealed record ReplayInput(IReadOnlyList<Guid>? Ids = null, string? Kind = null, bool All = false);

/// <summary>Lets dead messages come again.</summary>
public sealed record ReplayMessages(IReadOnlyList<Guid>? Ids, string? Kind);

/// <param name="Count">Messages that come again.</param>
public sealed record MessagesReplayed(int Count);

public static class ReplayMessagesHandler
{
    public static async Task<MessagesReplayed> Handle(
        ReplayMessages command, IDocumentSession session, Caller caller, DeadLetters letters, CancellationToken ct)
    {
        var ids = await letters.List(session.TenantId, command.Kind, ct: ct).Select(letter => letter.Id)
            .Where(id => command.Ids?.Contains(id) != false).ToListAsync(ct);
        await letters.Revive(ids, ct);
        caller.Keep();
        return new MessagesReplayed(ids.Count);
    }
}

/// <summary>The organisation's messages that no attempt could handle, to look at and to bring back.</summary>
static class DurableMessages
{
    const int MostIds = 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/messages", async (
                string? kind, [AsParameters] PageRequest page, ApiRequest request, DeadLetters letters, ModuleBuilder module, CancellationToken ct) =>
            {
                if (WhyUnknown(kind, module) is { } unknown)
                {
                    throw new BadHttpRequestException(unknown);
                }

                var rows = letters.List(request.TenantId, kind, page.AfterId ?? Guid.Empty, ct);
                return Page.Of(await rows.Take(page.Size + 1).Select(MessageView.Of).ToListAsync(ct), page.Size, row => row.Id.ToString());
            })
            .WithName("ListMessages").WithSummary("Messages that no attempt could handle");
        api.MapGet("/messages/{id:guid}", async (Guid id, ApiRequest request, DeadLetters letters) =>
                await letters.Find(request.TenantId, id) is { } letter
                    ? Results.Ok(MessageView.Of(letter))
                    : Problems.NotFound("dead message"))
            .WithName("GetMessage").WithSummary("One message, with its body and why it failed")
            .Produces<MessageView>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/messages/{id:guid}/replay", async (Guid id, ApiRequest request, CancellationToken ct) =>
                await request.Send<MessagesReplayed>(new ReplayMessages([id], null), ct) is { Count: 1 } replayed
                    ? Results.Ok(replayed)
                    : Problems.NotFound("dead message"))
            .WithName("ReplayMessage").WithSummary("Let a dead message come again").Produces<MessagesReplayed>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/messages/replay", async (ReplayInput which, ApiRequest request, ModuleBuilder module, CancellationToken ct) =>
                Errors(which, module) is { Count: > 0 } errors
                    ? Problems.Invalid(errors)
                    : Results.Ok(await request.Send<MessagesReplayed>(new ReplayMessages(which.Ids, which.Kind), ct)))
            .WithName("ReplayMessages").WithSummary("Let dead messages come again: some, those of a kind, or all")
            .Produces<MessagesReplayed>().ProducesValidationProblem();
    }

    static string? WhyUnknown(string? kind, ModuleBuilder module)
    {
        string[] known = [.. module.Queues.Select(queue => queue.Message.ToMessageTypeName()).Distinct().Order(StringComparer.Ordinal)];
        return kind is null || known.Contains(kind) ? null : $"kind: '{kind}' is none of: {string.Join(", ", known)}.";
    }

    static Dictionary<string, string[]> Errors(ReplayInput which, ModuleBuilder module)
    {
        var errors = new Dictionary<string, string[]>();
        if (WhyUnknown(which.Kind, module) is { } unknown)
        {
            errors["kind"] = [unknown];
        }

        if (which.Ids is { Count: > MostIds })
        {
            errors["ids"] = [$"At most {MostIds} at a time."];
        }

        if (!which.All && which is { Ids: null, Kind: null })
        {
            errors["all"] = ["Say which by ids or kind; or all: true for every dead message of the organisation."];
        }

        return errors;
    }
}
