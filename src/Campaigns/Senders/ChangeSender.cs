using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Providers.Twilio;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Senders;

/// <summary>Decides anew about a sender. Another e-mail address has to be verified again.</summary>
public static class ChangeSender
{
    public static Outcome Decide(Sender sender, SenderSettings settings) =>
        SenderDirectory.IsActive(sender) is { } refusal ? Outcome.Refuse(refusal)
        : settings.IsSame(sender.Settings) ? Outcome.Nothing
        : Outcome.Record(new SenderChanged(settings));

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
            : await SenderView.Answer(request, healths, await request.Decide<Sender>(id, (sender, _) => Decide(sender, settings), ct), ct);
    }
}
