using System.Text.Json;
using Campaigns.Engine.Events;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Campaigns.Http;

/// <summary>Turns what the framework throws for unusable input, and lost races, into problem documents.</summary>
sealed class BadRequestHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            BadHttpRequestException { InnerException: JsonException json } =>
                Problems.Problem("invalid-json", Explain(json), StatusCodes.Status400BadRequest),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                Problems.Problem("too-large", "The body is too large.", StatusCodes.Status413PayloadTooLarge),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
                Problems.Problem("unsupported-media-type", "Send the body as application/json.", StatusCodes.Status415UnsupportedMediaType),
            BadHttpRequestException bad => Problems.Problem("bad-request", bad.Message, bad.StatusCode),
            ConcurrencyException => Problems.Problem(
                "concurrent-change", "Somebody else changed it at the same moment. Read it again and try again.", StatusCodes.Status409Conflict),
            PostgresException { SqlState: PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire } => Problems.Problem(
                "text-unusable", "A text holds a character that cannot be stored: most often the zero character.", StatusCodes.Status400BadRequest),
            _ => null,
        };
        if (problem is null)
        {
            return false;
        }

        await problem.ExecuteAsync(http);
        return true;
    }

    // The serializer's own words name our types, which say nothing to a caller.
    static string Explain(JsonException json)
    {
        var place = json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine})" : "";
        return json switch
        {
            { Message: var message } when message.Contains("could not be mapped", StringComparison.Ordinal) => $"There is no member {json.Path ?? "of that name"}{place}.",
            { Message: var message } when message.Contains("could not be converted", StringComparison.Ordinal) => $"The value of {json.Path} is not of the right kind{place}.",
            { Message: var message } when message.Contains("missing required", StringComparison.Ordinal) => $"A required member is missing at {json.Path}{place}.",
            _ => $"The body is no valid JSON{place}.",
        };
    }
}
