using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

static class TextLimit
{
    const int LongestText = 2000;

    /// <summary>Refuses to record a reason or comment of any length: what people write stands in events, and on every page about them.</summary>
    /// <param name="text">What of the body people write.</param>
    public static RouteHandlerBuilder LimitText<T>(this RouteHandlerBuilder endpoint, Func<T, string?> text) => endpoint
        .AddEndpointFilter(async (call, next) => call.Arguments.OfType<T>().Any(body => text(body)?.Length > LongestText)
            ? Problems.Problem("text-too-long", $"Say it in at most {LongestText} characters.", StatusCodes.Status422UnprocessableEntity)
            : await next(call));
}
