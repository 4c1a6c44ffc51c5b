using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Senders;

/// <summary>Lets nothing go out in a sender's name until it is resumed.</summary>
public sealed record PauseSender(Guid SenderId, string Reason);

public sealed record ResumeSender(Guid SenderId);

/// <summary>Never again is anything sent in its name; its address becomes free.</summary>
public sealed record RetireSender(Guid SenderId);

/// <summary>Pause, resume, retire: whether messages go out in a sender's name. Who is paused keeps their place in their campaigns.</summary>
public static class PauseSenderHandler
{
    public static async Task<(Decided<Sender>, OutgoingMessages)> Handle(PauseSender command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var sender = await session.Events.FetchForWriting<Sender>(command.SenderId, ct);
        return caller.Record(sender, Pause(sender.State(), PausedBy.Person, command.Reason));
    }

    public static async Task<(Decided<Sender>, OutgoingMessages)> Handle(
        ResumeSender command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var sender = await session.Events.FetchForWriting<Sender>(command.SenderId, ct);
        return caller.Record(sender, Resume(sender.State(), clock.Microseconds()));
    }

    public static async Task<(Decided<Sender>, OutgoingMessages)> Handle(
        RetireSender command, IDocumentSession session, Caller caller, ExpectUnused expectUnused, CancellationToken ct)
    {
        var sender = await session.Events.FetchForWriting<Sender>(command.SenderId, ct);
        var outcome = Retire(sender.State());
        if (outcome.Events.Count > 0)
        {
            expectUnused(session, UsedThing.Sender, command.SenderId, sender.State().Settings.Email);
        }

        return caller.Record(sender, outcome);
    }

    public static Outcome Pause(Sender sender, PausedBy by, string reason) =>
        SenderDirectory.IsActive(sender) is { } refusal ? Outcome.Refuse(refusal)
        : sender.PausedBy is not null ? Outcome.Nothing
        : Outcome.Record(new SenderPaused(by, reason));

    public static Outcome Resume(Sender sender, DateTimeOffset now) =>
        SenderDirectory.IsActive(sender) is { } refusal ? Outcome.Refuse(refusal)
        : sender.PausedBy is null ? Outcome.Nothing
        : Outcome.Record(new SenderResumed(now));

    public static Outcome Retire(Sender sender) =>
        SenderDirectory.Exists(sender) is { } refusal ? Outcome.Refuse(refusal)
        : sender.Retired ? Outcome.Nothing
        : Outcome.Record(new SenderRetired());
}

static class PauseSenderEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        Describe(api.MapPost("/senders/{id:guid}/pause", async (Guid id, GivenReason? given, ApiRequest request, SenderHealths healths, CancellationToken ct) =>
                await SenderView.Answer(request, healths, await request.Decide<Sender>(
                    new PauseSender(id, given?.Reason ?? "Paused by a person"), ct), ct))
            .WithName("PauseSender").WithSummary("Let nothing go out in its name until it is resumed").LimitText<GivenReason>(given => given.Reason));
        Describe(api.MapPost("/senders/{id:guid}/resume", async (Guid id, ApiRequest request, SenderHealths healths, CancellationToken ct) =>
                await SenderView.Answer(request, healths, await request.Decide<Sender>(new ResumeSender(id), ct), ct))
            .WithName("ResumeSender").WithSummary("Go on sending in its name"));
        Describe(api.MapPost("/senders/{id:guid}/retire", async (Guid id, ApiRequest request, SenderHealths healths, FindUses findUses, CancellationToken ct) =>
                await IsInUse(id, request, findUses, ct) ?? await SenderView.Answer(request, healths, await request.Decide<Sender>(new RetireSender(id), ct), ct))
            .WithName("RetireSender").WithSummary("Never again send in its name; its address becomes free"));
    }

    static async Task<IResult?> IsInUse(Guid id, ApiRequest request, FindUses findUses, CancellationToken ct) =>
        (await request.Store.Load<Sender>(request.TenantId, id, ct)).State is { Retired: false } sender && SenderDirectory.Exists(sender) is null
            ? InUse.Refuse("The sender", await findUses(request.TenantId, UsedThing.Sender, id, sender.Settings.Email, ct))
            : null;

    static void Describe(RouteHandlerBuilder endpoint) => endpoint
        .Produces<SenderView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
}
