using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Campaigns.Http;

/// <summary>
/// Refuses compressed bodies: read as they are, they look like text that nobody wrote. Unpacked here, a few kilobytes could become as many gigabytes.
/// </summary>
sealed class ContentCodingMiddleware(RequestDelegate next)
{
    const string Plain = "identity";

    public Task InvokeAsync(HttpContext http)
    {
        var codings = http.Request.Headers.ContentEncoding.ToString();
        if (codings.Length == 0 || codings.Split(',').All(coding => coding.Trim().Equals(Plain, StringComparison.OrdinalIgnoreCase))
            || !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            return next(http);
        }

        http.Response.Headers[HeaderNames.AcceptEncoding] = Plain; // RFC 9110 15.5.16
        return Problems.Problem(
            "content-coding-unsupported", $"The body is encoded as '{codings}', which is not taken: send it as it is, without Content-Encoding.",
            StatusCodes.Status415UnsupportedMediaType).ExecuteAsync(http);
    }
}
