using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.Faults;

/// <summary>Lets faults have their way with requests to send.</summary>
/// <param name="refuse">Answers with the status, in the provider's own words.</param>
sealed class RequestFaults(FaultList faults, MessageChannel channel, TimeProvider clock, Func<HttpContext, int, Task> refuse)
{
    static readonly (FaultKind Kind, int Status)[] refusals =
    [
        (FaultKind.TooManyRequests, StatusCodes.Status429TooManyRequests),
        (FaultKind.TooManyRequestsWithReset, StatusCodes.Status429TooManyRequests),
        (FaultKind.TooManyRequestsWithRetryAfter, StatusCodes.Status429TooManyRequests),
        (FaultKind.Unauthorized, StatusCodes.Status401Unauthorized),
        (FaultKind.ErrorBefore, StatusCodes.Status500InternalServerError),
    ];

    /// <summary>Whether the request got through to be looked at; where it did not, it has its answer, or never gets one.</summary>
    /// <param name="message">What identifies the request's first message.</param>
    public async Task<bool> Pass(HttpContext context, string message)
    {
        if (faults.Hit(FaultKind.Slow, channel, message) is { } slow)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(slow.Milliseconds), clock, context.RequestAborted);
        }

        foreach (var (kind, status) in refusals)
        {
            if (faults.Hit(kind, channel, message) is { } fault)
            {
                Announce(context.Response.Headers, fault);
                await refuse(context, status);
                return false;
            }
        }

        if (faults.Hit(FaultKind.TooLarge, channel, message) is not null)
        {
            await TooLargePage.Write(context);
            return false;
        }

        if (faults.Hit(FaultKind.ResetBefore, channel, message) is not null)
        {
            context.Abort();
            return false;
        }

        return true;
    }

    /// <summary>Whether whoever sent the accepted message may be told so.</summary>
    public async Task<bool> Return(HttpContext context, string message)
    {
        if (faults.Hit(FaultKind.ErrorAfter, channel, message) is not null)
        {
            await refuse(context, StatusCodes.Status500InternalServerError);
            return false;
        }

        if (faults.Hit(FaultKind.ResetAfter, channel, message) is not null)
        {
            context.Abort();
            return false;
        }

        if (faults.Hit(FaultKind.SilenceAfter, channel, message) is not null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }

        return true;
    }

    void Announce(IHeaderDictionary headers, Fault fault)
    {
        if (fault.Kind is FaultKind.TooManyRequestsWithReset)
        {
            var reset = clock.GetUtcNow().AddSeconds(fault.Seconds).ToUnixTimeSeconds();
            headers["X-RateLimit-Limit"] = "600";
            headers["X-RateLimit-Remaining"] = "0";
            headers["X-RateLimit-Reset"] = reset.ToString(CultureInfo.InvariantCulture);
        }
        else if (fault.Kind is FaultKind.TooManyRequestsWithRetryAfter)
        {
            headers.RetryAfter = fault.Seconds.ToString(CultureInfo.InvariantCulture);
        }
    }
}
