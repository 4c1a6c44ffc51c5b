using Marten;

namespace Campaigns.Storage.Doctor;

/// <summary>Whether streams and their events say the same about each other.</summary>
sealed class StreamCheck(IDocumentStore store) : Check
{
    static readonly string FindBrokenStreams = Sql.Beside<StreamCheck>(nameof(FindBrokenStreams));
    static readonly string FindUnknownEvents = Sql.Beside<StreamCheck>(nameof(FindUnknownEvents));

    public override string Name => "streams";

    public override async Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        progress?.Report("streams: counting events");
        var findings = new List<Finding>();
        await using (var command = connection.Command(FindBrokenStreams))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                findings.Add(Finding.Problem($"{reader.GetInt64(1)} streams: {reader.GetString(0)}", reader.GetFieldValue<string[]>(2)));
            }
        }

        // Written by a newer program, or its type was taken out of this one.
        await using (var command = connection.Command(FindUnknownEvents, (object)KnownEvents()))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                findings.Add(Finding.Note(
                    $"{reader.GetInt64(1)} events {reader.GetString(0)}, which this program does not know: projections pass over them, and a state that has to be made from them cannot be",
                    $"the first at position {reader.GetInt64(2)}"));
            }
        }

        return new Diagnosis(await connection.Ask<long>("select count(*) from mt_streams", ct), "streams", findings);
    }

    string[] KnownEvents() => [.. store.Options.Events.AllKnownEventTypes().Select(type => type.EventTypeName)];
}
