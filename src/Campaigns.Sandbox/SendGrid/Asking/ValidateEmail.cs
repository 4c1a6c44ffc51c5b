using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Sandbox.SendGrid.Accepting;
using Campaigns.Sandbox.SendGrid.Behaving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.SendGrid.Asking;

/// <summary><c>POST /v3/validations/email</c>: guesses rightly what mail to the address would do.</summary>
sealed class ValidateEmail(SandboxOptions options)
{
    static readonly string[] roles = ["admin", "info", "support", "sales", "postmaster"];

    static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public void Map(IEndpointRouteBuilder routes, ApiKey key) => routes.MapPost("/v3/validations/email", key.Require(Answer));

    async Task Answer(HttpContext context)
    {
        using var body = await JsonBody.Read(context);
        if (body is null)
        {
            return;
        }

        if (body.RootElement.Get("email").Text() is not { Length: > 0 } email)
        {
            await MailErrors.Write(context, StatusCodes.Status400BadRequest, new MailError("email is required", "email"));
            return;
        }

        var result = Judge(email, body.RootElement.Get("source").Text());
        await context.Response.WriteAsJsonAsync(new { Result = result }, json, context.RequestAborted);
    }

    object Judge(string email, string? source)
    {
        var isAddress = EmailAddress.IsValid(email);
        Happening[] course = isAddress ? Recipients.Decide(options.Seed, email).Course : [];
        var isRole = roles.Contains(Local(email), StringComparer.OrdinalIgnoreCase);
        var bounces = course.Contains(Happening.Bounced);
        var isRisky = isRole || course.AsSpan().ContainsAny([Happening.Blocked, Happening.Deferred, Happening.Dropped]);
        var (verdict, score) = !isAddress || bounces ? ("Invalid", 0.0) : isRisky ? ("Risky", 0.5) : ("Valid", 0.95);
        return new
        {
            Email = email,
            Verdict = verdict,
            Score = score,
            Local = Local(email),
            Host = email[(email.LastIndexOf('@') + 1)..],
            Checks = new
            {
                Domain = new { HasValidAddressSyntax = isAddress, HasMxOrARecord = isAddress, IsSuspectedDisposableAddress = false },
                LocalPart = new { IsSuspectedRoleAddress = isRole },
                Additional = new { HasKnownBounces = bounces, HasSuspectedBounces = false },
            },
            Source = source,
            IpAddress = "127.0.0.1",
        };
    }

    static string Local(string email) => email[..Math.Max(0, email.LastIndexOf('@'))];
}
