using System.Data;
using System.Text.Json;
using Campaigns.Engine.Events;
using Campaigns.Engine.Snapshots;
using Npgsql;

namespace Campaigns.Engine.Doctor;

/// <summary>Whether the stored states are those that a replay of their events comes to.</summary>
sealed class SnapshotCheck(EventStore store) : Check
{
    const int Few = 5;

    static readonly string ReadDocuments = Sql.Beside<SnapshotCheck>(nameof(ReadDocuments));
    static readonly string FindOrphans = Sql.Beside<SnapshotCheck>(nameof(FindOrphans));

    public override string Name => "snapshots";

    public override async Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        var examined = 0L;
        var findings = new List<Finding>();
        foreach (var type in store.Model.StreamTypes.Values.Where(type => type.Snapshot))
        {
            var replay = new SnapshotReplay(store, type, connection);
            var (different, examples) = (0, new List<string>());
            try
            {
                while (replay.HasMore)
                {
                    var (streams, differences) = await Page(type, replay, connection, ct);
                    examined += streams;
                    different += differences.Count;
                    examples.AddRange(differences.Take(Few - examples.Count));
                    progress?.Report($"snapshots: {examined:N0}");
                }
            }
            catch (JsonException error)
            {
                findings.Add(Finding.Problem($"{type.Alias}: an event or a state cannot be read", error.Message));
            }

            if (different > 0)
            {
                findings.Add(Finding.Problem($"{type.Alias}: {different} states are not what their events come to", examples));
            }

            if (await Orphans(type, connection, ct) is { Length: > 0 } orphans)
            {
                findings.Add(Finding.Problem($"{type.Alias}: states without a stream", orphans));
            }
        }

        return new Diagnosis(examined, "snapshots", findings);
    }

    // One snapshot of the database for events and states: what is appended meanwhile is in both or in neither.
    static async Task<(int Streams, List<string> Differences)> Page(StreamType type, SnapshotReplay replay, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var states = await replay.Next(locked: false, ct);
        var kept = await Documents(type, states, connection, ct);
        var differences = states.Select(state => Difference(state, kept.GetValueOrDefault(state.Stream))).OfType<string>().ToList();
        return (states.Count, differences);
    }

    static string? Difference(ReplayedState replayed, (string Json, long Version)? kept)
    {
        if (kept is not { } document)
        {
            return $"{replayed.Stream}: no state is kept";
        }

        using var present = JsonDocument.Parse(document.Json);
        using var should = JsonDocument.Parse(replayed.Json);
        var members = JsonDifference.Between(present.RootElement, should.RootElement).Select(difference => difference.Path).ToList();
        if (document.Version != replayed.Version)
        {
            members.Insert(0, $"version {document.Version} instead of {replayed.Version}");
        }

        return members.Count == 0 ? null : $"{replayed.Stream}: {string.Join(", ", members)}";
    }

    static async Task<Dictionary<StreamKey, (string Json, long Version)?>> Documents(
        StreamType type, List<ReplayedState> states, NpgsqlConnection connection, CancellationToken ct)
    {
        var streams = states.ConvertAll(state => state.Stream);
        await using var command = connection.Command(EngineModel.ForDocument(ReadDocuments, type.Alias), StreamKey.Tenants(streams), StreamKey.Ids(streams));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var documents = new Dictionary<StreamKey, (string, long)?>();
        while (await reader.ReadAsync(ct))
        {
            documents.Add(new StreamKey(reader.GetString(0), reader.GetGuid(1)), (reader.GetString(2), reader.GetInt64(3)));
        }

        return documents;
    }

    static Task<string[]> Orphans(StreamType type, NpgsqlConnection connection, CancellationToken ct) =>
        connection.Ask<string[]>(EngineModel.ForDocument(FindOrphans, type.Alias), ct, type.Alias, Few);
}
