using Campaigns.Sandbox.Faults;
using Campaigns.Sandbox.Showing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.Twilio;

/// <summary><c>POST /2010-04-01/Accounts/{sid}/Messages.json</c>.</summary>
sealed class SendText(
    SandboxOptions options,
    FaultList faults,
    Book book,
    ArrivalLog arrivals,
    Mailbox mailbox,
    Texts texts,
    Callbacks callbacks,
    Inbox inbox,
    Timeline timeline)
{
    readonly RequestFaults requestFaults = new(faults, MessageChannel.Sms, options.Clock, TwilioError.Write);

    public void Map(IEndpointRouteBuilder routes, Account account) =>
        routes.MapPost($"{Account.Path}/Messages.json", account.Require(Answer));

    async Task Answer(HttpContext context)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        var key = Text.Find(options.MessageIdParameter, form["StatusCallback"]) ?? form["To"].ToString();
        if (!await requestFaults.Pass(context, key))
        {
            return;
        }

        if (TextRules.Check(form) is { } error)
        {
            await error.Write(context);
            return;
        }

        var text = Compose(form);
        if (inbox.HasOptedOut(text.From, text.To))
        {
            await ErrorCodes.Refusal(ErrorCodes.OptedOut).Write(context);
            return;
        }

        // Before it is on its way, when its status is still the first one.
        var answer = TextJson.Of(text, options);
        await Accept(text);
        if (await requestFaults.Return(context, key))
        {
            context.Response.StatusCode = StatusCodes.Status201Created;
            await TextJson.Write(context, answer);
        }
    }

    async Task Accept(Text text)
    {
        text.Tally.Texts.Accepted(text);
        arrivals.Add(MessageChannel.Sms, text.ServiceSid ?? text.From, domain: null, text.Segments, text.SenderId);
        mailbox.Keep(text);
        texts.Add(text);
        await timeline.Begin(new TextJourney(text, Phone.Decide(options.Seed, text.To), callbacks, inbox));
    }

    Text Compose(IFormCollection form)
    {
        var (service, body) = (Given(form, "MessagingServiceSid"), form["Body"].ToString());
        var text = new Text
        {
            SenderId = Text.Find(options.MessageIdParameter, form["StatusCallback"]),
            From = Given(form, "From") ?? inbox.NumberOf(service!),
            To = form["To"].ToString(),
            ServiceSid = service,
            Body = body,
            StatusCallback = Given(form, "StatusCallback"),
            Segments = Segments.Count(body),
            Media = form["MediaUrl"].Count,
            Tally = book.Tally,
        };
        text.Become(service is null ? TextStatus.Queued : TextStatus.Accepted, options.Clock.GetUtcNow());
        return text;
    }

    static string? Given(IFormCollection form, string name) => form[name].ToString() is { Length: > 0 } given ? given : null;
}
