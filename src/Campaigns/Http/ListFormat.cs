using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>As what a list is asked for: pages of JSON, or all rows at once as a file.</summary>
public enum ListFormat { Json, Csv, Ndjson }

/// <summary>On an endpoint: as what its list comes beside JSON.</summary>
sealed record OtherFormats(params string[] MediaTypes);

public static class ListFormats
{
    public const string Csv = "text/csv";
    public const string Ndjson = "application/x-ndjson";

    /// <summary>What <c>?format=</c> says, or else the file that <c>Accept</c> prefers to any JSON; JSON where neither says.</summary>
    public static ListFormat Of(HttpRequest request, Word<ListFormat>? asked)
    {
        if (asked is { } word)
        {
            return word.Value;
        }

        foreach (var accepted in request.GetTypedHeaders().Accept.OrderByDescending(media => media.Quality ?? 1))
        {
            switch (accepted.MediaType.Value?.ToLowerInvariant())
            {
                case Csv:
                    return ListFormat.Csv;
                case Ndjson:
                    return ListFormat.Ndjson;
                case "application/json" or "application/*" or "*/*":
                    return ListFormat.Json;
            }
        }

        return ListFormat.Json;
    }
}
