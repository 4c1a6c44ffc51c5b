using Campaigns.Http;
using Campaigns.Providers.Twilio;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Senders;

/// <summary>Makes a sender known; before campaigns go out in its name, its address is verified.</summary>
public sealed record AddSender(Guid SenderId, SenderSettings Settings);

public static class AddSenderHandler
{
    public static async Task<(Decided<Sender>, OutgoingMessages)> Handle(AddSender command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var sender = await session.Events.FetchForWriting<Sender>(command.SenderId, ct);
        caller.Keep();
        return sender.Record(Outcome.Record(new SenderAdded(command.Settings)));
    }
}

static class AddSenderEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/senders", Handle).WithName(nameof(AddSender)).WithSummary("Add a sender")
            .Produces<SenderView>(StatusCodes.Status201Created).ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict);

    static async Task<IResult> Handle(
        SenderSettings input, ApiRequest request, TwilioAccounts accounts, SenderHealths healths, CancellationToken ct)
    {
        var errors = input.Errors();
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        var settings = input.Normalise();
        var id = Guid.CreateVersion7(request.Now);
        if ((await SenderDirectory.IsForeign(settings, accounts, request, ct) ?? await SenderDirectory.IsTaken(settings, id, request, ct)) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var added = (await request.Decide<Sender>(new AddSender(id, settings), ct)).Stream;
        request.SetETag(added.Version);
        return Results.Created($"/api/v1/senders/{id}", await SenderView.Read(request, healths, added, ct));
    }
}
