using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>On an endpoint that answers before the work is done where the caller prefers that (RFC 7240): <c>Prefer: respond-async</c>.</summary>
sealed class AnswersLater
{
    const string RespondAsync = "respond-async";

    public static bool IsPreferred(HttpRequest request) => request.Headers["Prefer"]
        .SelectMany(header => (header ?? "").Split(','))
        .Any(preference => preference.Split(';')[0].Trim().Equals(RespondAsync, StringComparison.OrdinalIgnoreCase));

    /// <summary>Says that it was answered so.</summary>
    public static void Apply(HttpResponse response) => response.Headers["Preference-Applied"] = RespondAsync;
}
