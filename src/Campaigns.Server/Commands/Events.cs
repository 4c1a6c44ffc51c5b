using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Campaigns.Storage;
using Campaigns.Storage.History;
using JasperFx.Events;

namespace Campaigns.Server.Commands;

static class Events
{
    // As stored, but with letters instead of escapes: for people to read.
    static readonly JsonSerializerOptions Readable = new(StoredJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonSerializerOptions Indented = new(Readable) { WriteIndented = true };

    public static Command Command() => new("events", "Export events, look at streams and travel in time")
    {
        ExportCommand(), StreamCommand(), AsOfCommand(), ReplayCommand(),
    };

    static Option<string?> Organisation(string description) => new("--organisation") { Description = description };

    static Option<string?> WhoseStream() => Organisation("Whose stream it is; needed only where several have one of this id");

    static Argument<Guid> Id() => new("id") { Description = "The id of the stream" };

    static Argument<string> Alias() => new("alias") { Description = "The kind of stream, for example campaign" };

    static Command ExportCommand()
    {
        var organisation = Organisation("Only this organisation's events");
        var after = new Option<long>("--after") { Description = "Only events behind this position" };
        var output = new Option<FileInfo?>("--output") { Description = "A file; standard output when left out" };
        var export = new Command("export", "Write all events in order, one JSON object a line (NDJSON)") { organisation, after, output };
        export.SetAction((parsed, ct) => CommandLine.Guarded(
            token => Export(parsed.GetValue(organisation), parsed.GetValue(after), parsed.GetValue(output), token), ct));
        return export;
    }

    static Command StreamCommand()
    {
        var (id, organisation) = (Id(), WhoseStream());
        var json = new Option<bool>("--json") { Description = "One JSON object a line (NDJSON), as export writes it" };
        var stream = new Command("stream", "Show the events of a stream as they are stored") { id, organisation, json };
        stream.SetAction((parsed, ct) => CommandLine.Guarded(
            token => ShowStream(parsed.GetRequiredValue(id), parsed.GetValue(organisation), parsed.GetValue(json), token), ct));
        return stream;
    }

    static Command AsOfCommand()
    {
        var (alias, id, organisation) = (Alias(), Id(), WhoseStream());
        var version = new Option<long?>("--version") { Description = "As it was at this version" };
        var time = new Option<DateTimeOffset?>("--time")
        {
            Description = "As it was at this time, for example 2026-03-01T12:00:00Z; UTC where no offset is given",
            CustomParser = result =>
            {
                if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
                {
                    return moment;
                }

                result.AddError($"'{result.Tokens[0].Value}' is no time.");
                return null;
            },
        };
        var asOf = new Command("as-of", "Show the state of a stream as it was") { alias, id, version, time, organisation };
        asOf.Validators.Add(result =>
        {
            if (result.GetValue(version) is not null && result.GetValue(time) is not null)
            {
                result.AddError("Give --version or --time, not both.");
            }
        });
        asOf.SetAction((parsed, ct) => CommandLine.Guarded(
            token => AsOf(
                parsed.GetRequiredValue(alias), parsed.GetRequiredValue(id), parsed.GetValue(organisation), parsed.GetValue(version) ?? long.MaxValue,
                parsed.GetValue(time) ?? DateTimeOffset.MaxValue, token),
            ct));
        return asOf;
    }

    static Command ReplayCommand()
    {
        var (alias, id, organisation) = (Alias(), Id(), WhoseStream());
        var replay = new Command("replay", "Show what each event of a stream changed in its state") { alias, id, organisation };
        replay.SetAction((parsed, ct) => CommandLine.Guarded(
            token => Replay(parsed.GetRequiredValue(alias), parsed.GetRequiredValue(id), parsed.GetValue(organisation), token), ct));
        return replay;
    }

    static async Task<int> Export(string? organisation, long after, FileInfo? output, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var events = database.Services.GetRequiredService<StreamHistory>().ReadAll(after, organisation, ct);
        long count;
        if (output is null)
        {
            await using var target = Console.OpenStandardOutput();
            count = await Write(events, target, ct);
        }
        else
        {
            count = await Replace(output.FullName, target => Write(events, target, ct));
        }

        await Console.Error.WriteLineAsync($"{count} events");
        return 0;
    }

    static async Task<long> Write(IAsyncEnumerable<StoredEvent> events, Stream target, CancellationToken ct)
    {
        await using var buffered = new BufferedStream(target, 1 << 16);
        var count = 0L;
        await foreach (var stored in events)
        {
            await JsonSerializer.SerializeAsync(buffered, stored, StoredJson.Options, ct);
            buffered.WriteByte((byte)'\n');
            count++;
        }

        await buffered.FlushAsync(ct);
        return count;
    }

    // Written beside, so that what an interrupted export was to replace is still there.
    static async Task<long> Replace(string file, Func<Stream, Task<long>> write)
    {
        var beside = file + ".part";
        try
        {
            long count;
            await using (var target = File.Create(beside))
            {
                count = await write(target);
            }

            File.Move(beside, file, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(beside);
        }
    }

    static async Task<int> ShowStream(Guid id, string? organisation, bool asJson, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var history = database.Services.GetRequiredService<StreamHistory>();
        if (await Find(history, id, organisation, ct) is not { } stream)
        {
            return 1;
        }

        await foreach (var stored in history.ReadStored(stream, ct))
        {
            Console.WriteLine(asJson
                ? JsonSerializer.Serialize(stored, StoredJson.Options)
                : $"{Heading(stored.Version, stored.Timestamp, stored.Type, stored.UserName)}  {JsonSerializer.Serialize(stored.Data, Readable)}");
        }

        return 0;
    }

    static async Task<int> AsOf(string alias, Guid id, string? organisation, long version, DateTimeOffset time, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var history = database.Services.GetRequiredService<StreamHistory>();
        if (await Find(history, alias, id, organisation, ct) is not var (kind, stream))
        {
            return 1;
        }

        (IEvent Event, object State)? last = null;
        // An event stamped by a clock that ran ahead ends what is known at a time: it tears no hole.
        var until = history.Replay(kind, stream, ct).TakeWhile(step => step.Event.Version <= version && step.Event.Timestamp <= time);
        await foreach (var step in until.WithCancellation(ct))
        {
            last = step;
        }

        if (last is not { } found)
        {
            await Console.Error.WriteLineAsync($"The stream {id} had no event then.");
            return 1;
        }

        Console.WriteLine(JsonSerializer.Serialize(
            new { Stream = id, stream.TenantId, found.Event.Version, Time = found.Event.Timestamp, State = State(found.State) }, Indented));
        return 0;
    }

    static async Task<int> Replay(string alias, Guid id, string? organisation, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var history = database.Services.GetRequiredService<StreamHistory>();
        if (await Find(history, alias, id, organisation, ct) is not var (kind, stream))
        {
            return 1;
        }

        var before = State(kind.Begin(id));
        await foreach (var (@event, state) in history.Replay(kind, stream, ct))
        {
            var after = State(state);
            Console.WriteLine(Heading(@event.Version, @event.Timestamp, @event.EventTypeName, @event.UserName));
            foreach (var change in JsonDifference.Between(before, after))
            {
                Console.WriteLine($"        {change.Path}: {Text(change.Was)} -> {Text(change.Now)}");
            }

            before = after;
        }

        return 0;
    }

    static string Heading(long version, DateTimeOffset time, string type, string? by) =>
        $"{version,6}  {time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}  {type}  by {by ?? "the system"}";

    static JsonElement State(object state) => JsonSerializer.SerializeToElement(state, state.GetType(), StoredJson.Options);

    static string Text(JsonElement? value) => value is { } present ? JsonSerializer.Serialize(present, Readable) : "nothing";

    /// <returns>Null when there is none, several, or one of another kind; that has been said then.</returns>
    static async Task<(StreamKind Kind, StreamRow Stream)?> Find(StreamHistory history, string alias, Guid id, string? organisation, CancellationToken ct)
    {
        if (!history.Kinds.TryGetValue(alias, out var kind))
        {
            await Console.Error.WriteLineAsync($"There is no kind of stream '{alias}'. There are: {string.Join(", ", history.Kinds.Keys)}.");
            return null;
        }

        if (await Find(history, id, organisation, ct) is not { } stream)
        {
            return null;
        }

        if (stream.Alias != alias)
        {
            await Console.Error.WriteLineAsync($"The stream {id} is not of the kind {alias} but {stream.Alias ?? "of none"}.");
            return null;
        }

        return (kind, stream);
    }

    static async Task<StreamRow?> Find(StreamHistory history, Guid id, string? organisation, CancellationToken ct)
    {
        var found = await history.Find(id, organisation, ct);
        if (found.Count == 1)
        {
            return found[0];
        }

        await Console.Error.WriteLineAsync(found.Count == 0
            ? $"There is no stream {id}{(organisation is null ? "" : $" of {organisation}")}."
            : $"Several organisations have a stream {id}: {string.Join(", ", found.Select(stream => stream.TenantId))}. Say which with --organisation.");
        return null;
    }
}
