using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Providers.Twilio;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Senders;

/// <summary>Makes a sender known; before campaigns go out in its name, its address is verified.</summary>
public static class AddSender
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
        var session = request.OpenSession();
        var id = Guid.CreateVersion7(session.Now);
        if ((await SenderDirectory.IsForeign(settings, accounts, request, ct) ?? await SenderDirectory.IsTaken(settings, id, request, ct)) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var added = session.Append(new StreamState<Sender>(id, Sender.Initial, 0), new SenderAdded(settings));
        await session.Commit(ct);
        request.SetETag(added.Version);
        return Results.Created($"/api/v1/senders/{id}", SenderView.Of(added, await healths.Of(request.TenantId, added, ct), session.Now));
    }
}
