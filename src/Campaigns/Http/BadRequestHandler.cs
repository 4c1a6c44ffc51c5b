using Campaigns.Storage;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Campaigns.Http;

/// <summary>Turns what the framework throws for unusable input, and lost races, into problem documents.</summary>
sealed partial class BadRequestHandler(IOptions<JsonOptions> json, RefusedWrites refusedWrites) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken cancellationToken)
    {
        refusedWrites.Note(exception);
        var problem = exception switch
        {
            BadHttpRequestException { InnerException: JsonException unusable } =>
                Problems.Problem("invalid-json", Explain(unusable, BodyType(http)), StatusCodes.Status400BadRequest),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                Problems.Problem("too-large", "The body is too large.", StatusCodes.Status413PayloadTooLarge),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
                Problems.Problem("unsupported-media-type", "Send the body as application/json.", StatusCodes.Status415UnsupportedMediaType),
            BadHttpRequestException bad => Problems.Problem("bad-request", Explain(bad), bad.StatusCode),
            _ when Races.Lost(exception) => Problems.Problem(
                "concurrent-change", "Somebody else changed it at the same moment. Read it again and try again.", StatusCodes.Status409Conflict),
            InvalidOperationException { InnerException: ArgumentException, Message: var message } when message.Contains("charset", StringComparison.Ordinal) =>
                Problems.Problem(
                    "unsupported-media-type", "The charset of the Content-Type is not known. Send UTF-8.", StatusCodes.Status415UnsupportedMediaType),
            _ when Races.SqlState(exception) is PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire => Problems.Problem(
                "text-unusable", "A text holds a character that cannot be stored: most often the zero character.", StatusCodes.Status400BadRequest),
            _ when RefusedWrites.Words(exception) is { } why => DatabaseRefusesWrites(why),
            _ when Races.DatabaseIsAway(exception) => DatabaseAway(),
            ClockIsWrongException => ClockIsWrong(exception.Message),
            _ => null,
        };
        if (problem is null)
        {
            return false;
        }

        await problem.ExecuteAsync(http);
        return true;
    }

    public static IResult ClockIsWrong(string why) => Problems.Problem("clock-wrong", $"{why}.", StatusCodes.Status503ServiceUnavailable);

    public static IResult DatabaseAway() => Problems.Problem(
        "database-unavailable", "The database does not answer. Nothing was changed that was not confirmed: try again in a moment.",
        StatusCodes.Status503ServiceUnavailable);

    public static IResult DatabaseRefusesWrites(string why) => Problems.Problem(
        "database-refuses-writes", $"The database answers and takes nothing that is written: {why}. Nothing was changed that was not confirmed.",
        StatusCodes.Status503ServiceUnavailable);

    // The framework's words name our methods and types.
    static string Explain(BadHttpRequestException bad) =>
        bad.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal) ? "The body is missing: send a JSON object." : bad.Message;

    [GeneratedRegex("'(?<name>[^']+)'")]
    private static partial Regex Quoted();

    static Type? BodyType(HttpContext http) =>
        http.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;

    // The serializer's own words name our types, which say nothing to a caller.
    string Explain(JsonException unusable, Type? body)
    {
        var place = unusable.LineNumber is { } line ? $" (line {line + 1}, byte {unusable.BytePositionInLine})" : "";
        return unusable switch
        {
            { Message: var message } when message.Contains("could not be mapped", StringComparison.Ordinal) =>
                $"There is no member {unusable.Path ?? "of that name"}{place}."
                + (body is not null && BodyKinds.Beside(body, unusable.Path ?? "", json.Value.SerializerOptions) is [_, ..] known ? $" Known are {string.Join(", ", known)}." : ""),
            { Message: var message } when message.Contains("could not be converted", StringComparison.Ordinal) =>
                $"The value of {unusable.Path} is not of the right kind{place}."
                + (body is not null && BodyKinds.Find(body, unusable.Path ?? "", json.Value.SerializerOptions) is { } kind ? $" It is {kind}." : ""),
            { Message: var message } when message.Contains("missing required", StringComparison.Ordinal) =>
                $"A required member is missing: {string.Join(", ", Quoted().Matches(message[message.IndexOf("including", StringComparison.Ordinal)..]).Select(name => name.Groups["name"].Value))}.",
            { Message: var message } when message.Contains("uplicate property", StringComparison.Ordinal) =>
                $"A member comes twice{(unusable.Path is { Length: > 1 } twice ? $": {twice}" : "")}{place}.",
            _ => $"The body is no valid JSON{(unusable.Path is { Length: > 1 } path ? $" at {path}" : "")}{place}.",
        };
    }
}
