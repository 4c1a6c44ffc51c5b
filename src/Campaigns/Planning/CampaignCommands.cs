using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Planning;

static class CampaignCommands
{
    const int LongestText = 2000;

    /// <summary>What the commands upon a campaign have in common, for the API's own description.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<CampaignView>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .LimitText();

    /// <summary>Refuses to record a reason or comment of any length.</summary>
    public static RouteHandlerBuilder LimitText(this RouteHandlerBuilder endpoint) => endpoint
        .AddEndpointFilter(async (call, next) => call.Arguments.Any(argument => Text(argument)?.Length > LongestText)
            ? Problems.Problem("text-too-long", $"Say it in at most {LongestText} characters.", StatusCodes.Status422UnprocessableEntity)
            : await next(call));

    // What people write about a campaign stands in its events and on every page about it.
    static string? Text(object? argument) => argument switch { Reason reason => reason.Text, Approval approval => approval.Comment, _ => null };
}
