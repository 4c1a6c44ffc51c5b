using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.Twilio;

/// <summary>The newest text messages, to be looked up by whoever waits for a callback in vain.</summary>
sealed class Texts(SandboxOptions options)
{
    const int MostListed = 1000;

    readonly Lock gate = new();
    readonly LinkedList<Text> texts = new();
    readonly Dictionary<string, Text> bySid = new(StringComparer.Ordinal);

    public void Map(IEndpointRouteBuilder routes, Account account)
    {
        routes.MapGet($"{Account.Path}/Messages/{{sid}}.json", account.Require(Show));
        routes.MapGet($"{Account.Path}/Messages.json", account.Require(List));
    }

    public void Add(Text text)
    {
        lock (gate)
        {
            texts.AddFirst(text);
            bySid.Add(text.Id, text);
            if (texts.Count > options.ActivityCapacity)
            {
                bySid.Remove(texts.Last!.Value.Id);
                texts.RemoveLast();
            }
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            texts.Clear();
            bySid.Clear();
        }
    }

    Task Show(HttpContext context)
    {
        Text? text;
        lock (gate)
        {
            text = bySid.GetValueOrDefault((string)context.Request.RouteValues["sid"]!);
        }

        return text is null
            ? TwilioError.Write(context, StatusCodes.Status404NotFound)
            : TextJson.Write(context, TextJson.Of(text, options));
    }

    // The comparison is part of the parameter's name: DateSent>=2026-01-31.
    Task List(HttpContext context)
    {
        var query = context.Request.Query;
        var (to, from) = (query["To"].ToString(), query["From"].ToString());
        var (since, until) = (Date(query["DateSent>"]), Date(query["DateSent<"]));
        var isSized = int.TryParse(query["PageSize"], NumberStyles.None, CultureInfo.InvariantCulture, out var given);
        var size = isSized ? Math.Clamp(given, 1, MostListed) : 50;
        List<object> found = [];
        lock (gate)
        {
            found.AddRange(texts
                .Where(text => (to.Length == 0 || text.To == to) && (from.Length == 0 || text.From == from)
                    && !(text.At < since) && !(text.At > until))
                .Take(size)
                .Select(text => TextJson.Of(text, options)));
        }

        return TextJson.Write(context, new
        {
            Messages = found,
            Page = 0,
            PageSize = size,
            Start = 0,
            End = Math.Max(0, found.Count - 1),
            Uri = context.Request.Path + context.Request.QueryString,
            NextPageUri = (string?)null,
            PreviousPageUri = (string?)null,
        });
    }

    static DateTimeOffset? Date(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
