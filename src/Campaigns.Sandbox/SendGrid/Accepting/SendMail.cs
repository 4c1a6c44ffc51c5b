using System.Text.Json;
using System.Text.Unicode;
using Campaigns.Sandbox.Faults;
using Campaigns.Sandbox.SendGrid.Asking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary><c>POST /v3/mail/send</c>.</summary>
sealed class SendMail(SandboxOptions options, FaultList faults, Intake intake)
{
    readonly RequestFaults requestFaults = new(faults, MessageChannel.Email, options.Clock, MailErrors.Write);

    public void Map(IEndpointRouteBuilder routes, ApiKey key) => routes.MapPost("/v3/mail/send", key.Require(Answer));

    async Task Answer(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            await MailErrors.Write(
                context, StatusCodes.Status415UnsupportedMediaType, new MailError("Content-Type should be application/json."));
            return;
        }

        if (await RequestBody.Read(context.Request, context.RequestAborted) is not { } body)
        {
            await TooLargePage.Write(context);
            return;
        }

        if (!Utf8.IsValid(body))
        {
            await MailErrors.Write(context, StatusCodes.Status415UnsupportedMediaType, new MailError("Invalid UTF8 in request"));
            return;
        }

        using var document = Json.Parse(body);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } mail)
        {
            await MailErrors.Write(context, StatusCodes.Status400BadRequest);
            return;
        }

        var message = Identity(mail);
        if (await requestFaults.Pass(context, message))
        {
            await Answer(context, mail, body, message);
        }
    }

    async Task Answer(HttpContext context, JsonElement mail, byte[] body, string message)
    {
        if (MailRules.Check(mail, options.Clock.GetUtcNow()) is { Count: > 0 } errors)
        {
            await MailErrors.Write(context, StatusCodes.Status400BadRequest, errors);
        }
        else if (Senders.IsRefused(mail.Get("from").Get("email").Text()!, options))
        {
            await MailErrors.Write(context, StatusCodes.Status403Forbidden, new MailError(
                "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.", "from"));
        }
        else if (!mail.Get("mail_settings").Get("sandbox_mode").Get("enable").IsTrue())
        {
            var id = await intake.Accept(mail, body);
            if (await requestFaults.Return(context, message))
            {
                context.Response.Headers["X-Message-Id"] = id;
                context.Response.StatusCode = StatusCodes.Status202Accepted;
            }
        }
    }

    // Of its first message, as far as a request that has not passed the rules has one.
    string Identity(JsonElement mail)
    {
        var first = mail.Get("personalizations").Items().FirstOrDefault();
        return first.Get("custom_args").Get(options.MessageIdArgument).Text()
            ?? mail.Get("custom_args").Get(options.MessageIdArgument).Text()
            ?? first.Get("to").Items().FirstOrDefault().Get("email").Text()
            ?? "";
    }
}
