using Campaigns.Http;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Providers;

static class SendProblems
{
    /// <summary>What a caller who waits for a single message is told when it did not go out for certain; null when it did.</summary>
    public static IResult? Problem(this SendResult result) => result switch
    {
        SendResult.Refused refused => Problems.Problem(
            "provider-refused", $"The provider refused it: {refused.Code} {refused.Text}", StatusCodes.Status502BadGateway),
        SendResult.Stopped => Problems.Problem("stopping", $"{SendResult.Stopped.Why}, nothing was sent. Try again.", StatusCodes.Status503ServiceUnavailable),
        SendResult.InDoubt doubt => Problems.Problem("provider-silent", doubt.Why, StatusCodes.Status502BadGateway),
        _ => null,
    };
}
