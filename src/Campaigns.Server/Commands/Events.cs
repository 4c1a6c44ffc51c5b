using System.CommandLine;
using System.Text.Json;
using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Server.Commands;

static class Events
{
    public static Command Command()
    {
        var organisation = new Option<string?>("--organisation") { Description = "Only this organisation's events" };
        var after = new Option<long>("--after") { Description = "Only events behind this position" };
        var output = new Option<FileInfo?>("--output") { Description = "A file; standard output when left out" };
        var export = new Command("export", "Write all events in order, one JSON object a line (NDJSON)") { organisation, after, output };
        export.SetAction((parsed, ct) => CommandLine.Guarded(
            token => Export(parsed.GetValue(organisation), parsed.GetValue(after), parsed.GetValue(output), token), ct));
        return new Command("events", "Export events") { export };
    }

    static async Task<int> Export(string? organisation, long after, FileInfo? output, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(migrate: true, ct);
        var store = database.Services.GetRequiredService<EventStore>();
        await using var target = output is null ? Console.OpenStandardOutput() : output.Create();
        await using var buffered = new BufferedStream(target, 1 << 16);
        var count = 0L;
        await foreach (var stored in store.ReadStored(after, organisation, ct))
        {
            await JsonSerializer.SerializeAsync(buffered, stored, EventTypes.Json, ct);
            buffered.WriteByte((byte)'\n');
            count++;
        }

        await buffered.FlushAsync(ct);
        await Console.Error.WriteLineAsync($"{count} events");
        return 0;
    }
}
