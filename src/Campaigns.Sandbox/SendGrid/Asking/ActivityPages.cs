using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Campaigns.Sandbox.SendGrid.Accepting;
using Campaigns.Sandbox.SendGrid.Behaving;
using Campaigns.Sandbox.SendGrid.Posting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.SendGrid.Asking;

/// <summary><c>GET /v3/messages</c>, the Email Activity API: what became of a message, whether or not the webhook was told.</summary>
sealed partial class ActivityPages(SandboxOptions options, Activity activity)
{
    static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public void Map(IEndpointRouteBuilder routes, ApiKey key)
    {
        routes.MapGet("/v3/messages", key.Require(List));
        routes.MapGet("/v3/messages/{id}", key.Require(Show));
    }

    Task List(HttpContext context)
    {
        var query = context.Request.Query["query"].ToString();
        if (!int.TryParse(context.Request.Query["limit"], CultureInfo.InvariantCulture, out var limit) || limit is < 1 or > 1000)
        {
            return MailErrors.Write(context, StatusCodes.Status400BadRequest, new MailError("limit must be between 1 and 1000", "limit"));
        }

        return Find(query) is { } found
            ? context.Response.WriteAsJsonAsync(new { Messages = found.Take(limit).Select(Line) }, json, context.RequestAborted)
            : MailErrors.Write(context, StatusCodes.Status400BadRequest, new MailError("invalid query", "query"));
    }

    Task Show(HttpContext context)
    {
        if (activity.ByMessageId((string)context.Request.RouteValues["id"]!) is not [var journey, ..])
        {
            return MailErrors.Write(context, StatusCodes.Status404NotFound);
        }

        var message = journey.Message;
        return context.Response.WriteAsJsonAsync(
            new
            {
                FromEmail = message.From,
                MsgId = journey.MessageId,
                message.Subject,
                ToEmail = journey.Address,
                Status = Status(journey),
                AsmGroupId = message.Submission.UnsubscribeGroup,
                UniqueArgs = JsonSerializer.Serialize(message.CustomArguments.ToDictionary()),
                Events = Events(journey),
            },
            json,
            context.RequestAborted);
    }

    IEnumerable<EmailJourney>? Find(string query)
    {
        if (query.Length == 0)
        {
            return activity.All();
        }

        var wanted = Condition().Match(query);
        var value = wanted.Groups["value"].Value;
        return !wanted.Success ? null
            : wanted.Groups["argument"] is not { Success: true } argument ? activity.ByMessageId(value)
            : argument.Value == options.MessageIdArgument ? activity.BySenderId(value)
            : activity.All().Where(one => CustomArguments.Find(one.Message.CustomArguments, argument.Value) == value);
    }

    static object Line(EmailJourney journey) => new
    {
        FromEmail = journey.Message.From,
        MsgId = journey.MessageId,
        journey.Message.Subject,
        ToEmail = journey.Address,
        Status = Status(journey),
        OpensCount = journey.Course.Count(Happening.Opened) + journey.Course.Count(Happening.MachineOpened),
        ClicksCount = journey.Course.Count(Happening.Clicked),
        LastEventTime = Time(journey.Last),
    };

    static string Status(EmailJourney journey) =>
        journey.Course.ContainsAny([Happening.Bounced, Happening.Blocked, Happening.Dropped]) ? "not_delivered"
        : journey.Course.Contains(Happening.Delivered) ? "delivered"
        : "processed";

    // Their times are not kept, because they follow from what the recipient is like.
    IEnumerable<object> Events(EmailJourney journey)
    {
        var at = journey.Start(options.Pace);
        for (var step = 0; step < journey.Taken; step++)
        {
            at = step == 0 ? at : journey.Due(step, at, options.Pace);
            yield return new { EventName = EventFields.Name(journey.Course[step]), Processed = Time(at) };
        }
    }

    static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    [GeneratedRegex("""^\s*(unique_args\['(?<argument>[^']+)'\]|msg_id)\s*=\s*"(?<value>[^"]*)"\s*$""")]
    private static partial Regex Condition();
}
