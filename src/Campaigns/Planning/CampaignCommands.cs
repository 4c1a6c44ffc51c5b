using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Planning;

static class CampaignCommands
{
    /// <summary>What the commands upon a campaign have in common, for the API's own description.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<CampaignView>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .LimitText<GivenReason>(given => given.Reason)
        .LimitText<Approval>(approval => approval.Comment);
}
