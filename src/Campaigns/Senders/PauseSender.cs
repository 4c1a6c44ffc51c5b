using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Limits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Senders;

/// <summary>Pause, resume, retire: whether messages go out in a sender's name. Whoever is paused keeps his place in his campaigns.</summary>
public static class PauseSender
{
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

    public static void Map(IEndpointRouteBuilder api)
    {
        Describe(api.MapPost("/senders/{id:guid}/pause", async (Guid id, Reason? reason, ApiRequest request, SenderHealths healths, CancellationToken ct) =>
                await SenderView.Answer(request, healths, await request.Decide<Sender>(
                    id, (sender, _) => Pause(sender, PausedBy.Person, reason?.Text ?? "Paused by a person"), ct), ct))
            .WithName("PauseSender").WithSummary("Let nothing go out in its name until it is resumed").LimitText<Reason>(reason => reason.Text));
        Describe(api.MapPost("/senders/{id:guid}/resume", async (Guid id, ApiRequest request, SenderHealths healths, CancellationToken ct) =>
                await SenderView.Answer(request, healths, await request.Decide<Sender>(id, Resume, ct), ct))
            .WithName("ResumeSender").WithSummary("Go on sending in its name"));
        Describe(api.MapPost("/senders/{id:guid}/retire", async (Guid id, ApiRequest request, SenderHealths healths, CancellationToken ct) =>
                await SenderView.Answer(request, healths, await request.Decide<Sender>(id, (sender, _) => Retire(sender), ct), ct))
            .WithName("RetireSender").WithSummary("Never again send in its name; its address becomes free"));
    }

    static void Describe(RouteHandlerBuilder endpoint) => endpoint
        .Produces<SenderView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
}
