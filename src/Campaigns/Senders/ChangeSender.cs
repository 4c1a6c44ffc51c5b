using Campaigns.Http;
using Campaigns.Providers.Twilio;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Senders;

/// <summary>Decides anew about a sender. Another e-mail address has to be verified again.</summary>
public sealed record ChangeSender(Guid SenderId, SenderSettings Settings);

public static class ChangeSenderHandler
{
    public static async Task<(Decided<Sender>, OutgoingMessages)> Handle(ChangeSender command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var sender = await session.Events.FetchForWriting<Sender>(command.SenderId, ct);
        return caller.Record(sender, Decide(sender.State(), command.Settings));
    }

    public static Outcome Decide(Sender sender, SenderSettings settings) =>
        SenderDirectory.IsActive(sender) is { } refusal ? Outcome.Refuse(refusal)
        : settings.IsSame(sender.Settings) ? Outcome.Nothing
        : Outcome.Record(new SenderChanged(settings));
}

static class ChangeSenderEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/senders/{id:guid}", Handle).WithName(nameof(ChangeSender)).WithSummary("Change a sender; If-Match guards against overwriting")
            .Produces<SenderView>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed);

    static async Task<IResult> Handle(
        Guid id, SenderSettings input, ApiRequest request, TwilioAccounts accounts, SenderHealths healths, CancellationToken ct)
    {
        var errors = input.Errors();
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        var settings = input.Normalise();
        return (await SenderDirectory.IsForeign(settings, accounts, request, ct) ?? await SenderDirectory.IsTaken(settings, id, request, ct)) is { } refusal
            ? refusal.ToProblem()
            : await SenderView.Answer(request, healths, await request.Decide<Sender>(new ChangeSender(id, settings), ct), ct);
    }
}
