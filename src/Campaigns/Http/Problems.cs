using System.Globalization;
using Campaigns.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Campaigns.Http;

/// <summary>Refusals as problem documents (RFC 9457) with a stable type: <c>/problems/</c> and the refusal's code.</summary>
public static class Problems
{
    public static IResult ToProblem(this Refusal refusal) =>
        Problem(refusal.Code, refusal.Explanation, Status(refusal.Kind));

    public static IResult NotFound(string what) => Problem("not-found", $"There is no such {what}.", StatusCodes.Status404NotFound);

    /// <summary>Input that cannot be used, member by member.</summary>
    public static IResult Invalid(IDictionary<string, string[]> errors) => TypedResults.ValidationProblem(
        errors, detail: "Some of the input cannot be used; errors says which and why.", type: Type("invalid-input"), title: Title("invalid-input"));

    /// <param name="members">What else a program would want to know.</param>
    public static IResult Problem(string code, string detail, int status, params (string Name, object? Value)[] members) => TypedResults.Problem(
        detail, statusCode: status, type: Type(code), title: Title(code),
        extensions: members.Select(member => KeyValuePair.Create(member.Name, member.Value)));

    /// <summary>The refusal of who asks too much, and when to come again.</summary>
    /// <param name="detail">A sentence; when to come again is added.</param>
    public static IResult TooMany(HttpContext http, TimeSpan wait, string code, string detail)
    {
        var seconds = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.RetryAfter = seconds;
        return Problem(code, $"{detail} Try again in {seconds} s.", StatusCodes.Status429TooManyRequests);
    }

    public static string Type(string code) => "/problems/" + code;

    /// <summary>Gives what the framework itself refuses a type of ours, after its status: <c>/problems/method-not-allowed</c>.</summary>
    public static void Customise(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem.Type?.StartsWith(Type(""), StringComparison.Ordinal) != true)
        {
            var code = ReasonPhrases.GetReasonPhrase(problem.Status ?? context.HttpContext.Response.StatusCode).ToLowerInvariant().Replace(' ', '-');
            (problem.Type, problem.Title) = (Type(code), Title(code));
            problem.Detail ??= code switch
            {
                "not-found" => "There is nothing at this address. /openapi/v1.json lists what there is; ids are UUIDs.",
                "method-not-allowed" => $"{context.HttpContext.Request.Method} is not for this address: {context.HttpContext.Response.Headers.Allow} is.",
                "unsupported-media-type" =>
                    "The Content-Type is not one that is taken here: JSON goes as application/json, a file of contacts as text/csv or multipart/form-data.",
                "internal-server-error" => "An error of ours. It stands in the log of the server under this traceId.",
                _ => null,
            };
        }
    }

    static int Status(RefusalKind kind) => kind switch
    {
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Invalid => StatusCodes.Status422UnprocessableEntity,
        RefusalKind.Outdated => StatusCodes.Status412PreconditionFailed,
        _ => StatusCodes.Status409Conflict,
    };

    static string Title(string code) => code.Length == 0 ? "" : char.ToUpperInvariant(code[0]) + code[1..].Replace('-', ' ');
}
