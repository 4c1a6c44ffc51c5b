using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.Accepting;

/// <summary><c>POST /v3/mail/send</c>.</summary>
sealed class SendMail(SandboxOptions options, Intake intake)
{
    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web);
    readonly byte[] authorization = Encoding.UTF8.GetBytes($"Bearer {options.ApiKey}");

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v3/mail/send", Answer);

    async Task Answer(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        if (Unauthorized(context.Request) is { } reason)
        {
            await Refuse(context.Response, StatusCodes.Status401Unauthorized, [new(reason)], cancellationToken);
            return;
        }

        if (!context.Request.HasJsonContentType())
        {
            await Refuse(context.Response, StatusCodes.Status415UnsupportedMediaType,
                [new("Content-Type should be application/json.")], cancellationToken);
            return;
        }

        if (await RequestBody.Read(context.Request, cancellationToken) is not { } body)
        {
            await TooLarge(context.Response, cancellationToken);
            return;
        }

        if (!Utf8.IsValid(body))
        {
            await Refuse(context.Response, StatusCodes.Status415UnsupportedMediaType, [new("Invalid UTF8 in request")], cancellationToken);
            return;
        }

        using var document = Json.Parse(body);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } mail)
        {
            await Refuse(context.Response, StatusCodes.Status400BadRequest, [new("Bad Request")], cancellationToken);
            return;
        }

        if (MailRules.Check(mail, options.Clock.GetUtcNow()) is { Count: > 0 } errors)
        {
            await Refuse(context.Response, StatusCodes.Status400BadRequest, errors, cancellationToken);
            return;
        }

        if (mail.Get("mail_settings").Get("sandbox_mode").Get("enable").IsTrue())
        {
            return;
        }

        context.Response.Headers["X-Message-Id"] = await intake.Accept(mail, body);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    string? Unauthorized(HttpRequest request)
    {
        var given = request.Headers.Authorization.ToString();
        return given.Length == 0 ? "authorization required"
            : CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), authorization) ? null
            : "The provided authorization grant is invalid, expired, or revoked";
    }

    static Task Refuse(HttpResponse response, int status, IReadOnlyList<MailError> errors, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        return response.WriteAsJsonAsync(new MailErrors(errors), json, cancellationToken);
    }

    // What stands in front of SendGrid answers here, and it does not speak JSON.
    static Task TooLarge(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        response.ContentType = MediaTypeNames.Text.Html;
        response.Headers.Connection = "close";
        return response.WriteAsync(
            "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too Large</h1>"
            + "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
            cancellationToken);
    }
}
