using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Storage;

namespace Campaigns.Server.Commands;

static class Messages
{
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
        var dead = new Command("dead", "Show the messages that were given up, and why") { Organisation, Queue, Kind, json };
        dead.SetAction((parsed, ct) => CommandLine.Guarded(token => List(Filter.Of(parsed, []), parsed.GetValue(json), token), ct));

        var ids = new Argument<Guid[]>("id") { Description = "Messages, as 'messages dead' names them", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Every dead message" };
        var replay = new Command("replay", "Let dead messages come again: some by id, all of a queue or kind, or all") { ids, Organisation, Queue, Kind, all };
        replay.SetAction((parsed, ct) => CommandLine.Guarded(
            token => Replay(Filter.Of(parsed, parsed.GetValue(ids) ?? []), parsed.GetValue(all), token), ct));
        return new Command("messages", "Look at dead messages, and bring them back") { dead, replay };
    }

    static async Task<int> List(Filter filter, bool json, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var count = 0;
        await foreach (var letter in filter.Find(database.Services.GetRequiredService<DeadLetters>(), ct))
        {
            Console.WriteLine(json ? JsonSerializer.Serialize(letter, Json) : Line(letter));
            count++;
        }

        await Console.Error.WriteLineAsync($"{count} dead messages");
        return 0;
    }

    static async Task<int> Replay(Filter filter, bool all, CancellationToken ct)
    {
        if (!all && filter is { Ids.Count: 0, Queue: null, Kind: null, TenantId: null })
        {
            await Console.Error.WriteLineAsync("Say which by id, --queue, --kind or --organisation; or --all for every dead message.");
            return 1;
        }

        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var letters = database.Services.GetRequiredService<DeadLetters>();
        var ids = await filter.Find(letters, ct).Select(letter => letter.Id).ToListAsync(ct);
        await letters.Revive(ids, ct);
        Console.WriteLine($"{ids.Count} messages come again.");
        return ids.Count < filter.Ids.Count ? 1 : 0;
    }

    static string Line(DeadLetter letter) => string.Create(
        CultureInfo.InvariantCulture,
        $"{letter.Id}  {letter.Queue}/{letter.Kind}  {letter.TenantId}  sent {letter.SentAt.ToUniversalTime():u}{(letter.Error is { } error ? $"  {error.ReplaceLineEndings(" ")}" : "")}");

    sealed record Filter(IReadOnlyCollection<Guid> Ids, string? TenantId, string? Queue, string? Kind)
    {
        public static Filter Of(ParseResult parsed, IEnumerable<Guid> ids) =>
            new(ids.ToHashSet(), parsed.GetValue(Organisation), parsed.GetValue(Messages.Queue), parsed.GetValue(Messages.Kind));

        public IAsyncEnumerable<DeadLetter> Find(DeadLetters letters, CancellationToken ct) => letters.List(TenantId, Kind, ct: ct)
            .Where(letter => (Ids.Count == 0 || Ids.Contains(letter.Id)) && (Queue is null || letter.Queue == Queue));
    }
}
