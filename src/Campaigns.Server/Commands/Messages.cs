using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Engine.Messages;

namespace Campaigns.Server.Commands;

static class Messages
{
    const int PageSize = 500;

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    static readonly Option<string?> Organisation = new("--organisation") { Description = "Only this organisation's messages" };
    static readonly Option<string?> Queue = new("--queue") { Description = "Only messages of this queue" };
    static readonly Option<string?> Kind = new("--kind") { Description = "Only messages of this kind" };

    public static Command Command()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line (NDJSON), with the bodies" };
        var state = new Option<MessageState>("--state") { Description = "Which messages", DefaultValueFactory = _ => MessageState.Waiting };
        var list = new Command("list", "Show messages of one state: waiting, claimed, dead or handled") { state, Organisation, Queue, Kind, json };
        list.SetAction((parsed, ct) => CommandLine.Guarded(
            token => List(Filter(parsed) with { State = parsed.GetValue(state) }, parsed.GetValue(json), token), ct));
        var dead = new Command("dead", "Show the messages that were given up, and why") { Organisation, Queue, Kind, json };
        dead.SetAction((parsed, ct) => CommandLine.Guarded(
            token => List(Filter(parsed) with { State = MessageState.Dead }, parsed.GetValue(json), token), ct));

        var ids = new Argument<Guid[]>("id") { Description = "Messages, as 'messages dead' names them", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Every dead message" };
        var replay = new Command("replay", "Let dead messages come again: some by id, all of a queue or kind, or all") { ids, Organisation, Queue, Kind, all };
        replay.SetAction((parsed, ct) => CommandLine.Guarded(
            token => Replay(Filter(parsed) with { Ids = parsed.GetValue(ids) is { Length: > 0 } some ? some : null }, parsed.GetValue(all), token), ct));
        return new Command("messages", "Look at durable messages, and bring dead ones back") { list, dead, replay };
    }

    static MessageFilter Filter(ParseResult parsed) => new(parsed.GetValue(Organisation), Queue: parsed.GetValue(Queue), Kind: parsed.GetValue(Kind));

    static async Task<int> List(MessageFilter filter, bool json, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var messages = database.Services.GetRequiredService<StoredMessages>();
        var count = 0;
        List<StoredMessage> page;
        for (Guid? after = null; (page = await messages.List(filter, after, PageSize, ct)).Count > 0; after = page[^1].Id)
        {
            foreach (var message in page)
            {
                Console.WriteLine(json ? JsonSerializer.Serialize(message, Json) : Line(message));
            }

            count += page.Count;
        }

        await Console.Error.WriteLineAsync($"{count} {filter.State?.ToString().ToLowerInvariant()} messages");
        return 0;
    }

    static async Task<int> Replay(MessageFilter filter, bool all, CancellationToken ct)
    {
        if (!all && filter is { Ids: null, Queue: null, Kind: null, TenantId: null })
        {
            await Console.Error.WriteLineAsync("Say which by id, --queue, --kind or --organisation; or --all for every dead message.");
            return 1;
        }

        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var count = await database.Services.GetRequiredService<StoredMessages>().Replay(filter, ct);
        Console.WriteLine($"{count} messages come again.");
        return filter.Ids is { } ids && count < ids.Count ? 1 : 0;
    }

    static string Line(StoredMessage message) => string.Create(
        CultureInfo.InvariantCulture,
        $"{message.Id}  {message.Queue}/{message.Kind}  {message.TenantId}  {When(message)}  attempts {message.Attempts}{(message.Error is { } error ? $"  {error.ReplaceLineEndings(" ")}" : "")}");

    static string When(StoredMessage message) => message switch
    {
        { HandledAt: { } handled } => $"handled {handled:u}",
        { DeadAt: { } dead } => $"dead since {dead:u}",
        _ => $"due {message.Due:u}",
    };
}
