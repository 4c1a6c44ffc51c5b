using System.Data;
using System.Text.Json;
using Campaigns.Storage.Rebuild;
using Marten;
using Npgsql;

namespace Campaigns.Storage.Doctor;

/// <summary>Whether the stored states are those that a replay of their events comes to.</summary>
sealed class SnapshotCheck(IDocumentStore store, ModuleBuilder module) : Check
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
        foreach (var kind in module.Streams.Where(kind => kind.Kept))
        {
            var replay = new SnapshotReplay(store, kind, connection);
            var (different, examples) = (0, new List<string>());
            try
            {
                while (replay.HasMore)
                {
                    var (streams, differences) = await Page(kind, replay, connection, ct);
                    examined += streams;
                    different += differences.Count;
                    examples.AddRange(differences.Take(Few - examples.Count));
                    progress?.Report($"snapshots: {examined:N0}");
                }
            }
            catch (Exception error) when (error is not (OperationCanceledException or NpgsqlException))
            {
                findings.Add(Finding.Problem($"{kind.Alias}: an event or a state cannot be read", error.Message));
            }

            if (different > 0)
            {
                findings.Add(Finding.Problem($"{kind.Alias}: {different} states are not what their events come to", examples));
            }

            if (await Orphans(kind, connection, ct) is { Length: > 0 } orphans)
            {
                findings.Add(Finding.Problem($"{kind.Alias}: states without a stream", orphans));
            }
        }

        return new Diagnosis(examined, "snapshots", findings);
    }

    // One snapshot of the database for events and states: what is appended meanwhile is in both or in neither.
    static async Task<(int Streams, List<string> Differences)> Page(StreamKind kind, SnapshotReplay replay, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var states = await replay.Next(transaction, locked: false, ct);
        var kept = await Documents(kind, states, connection, ct);
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
        StreamKind kind, List<ReplayedState> states, NpgsqlConnection connection, CancellationToken ct)
    {
        var streams = states.ConvertAll(state => state.Stream);
        await using var command = connection.Command(SnapshotReplay.ForDocument(ReadDocuments, kind), StreamKey.Tenants(streams), StreamKey.Ids(streams));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var documents = new Dictionary<StreamKey, (string, long)?>();
        while (await reader.ReadAsync(ct))
        {
            documents.Add(new StreamKey(reader.GetString(0), reader.GetGuid(1)), (reader.GetString(2), reader.GetInt64(3)));
        }

        return documents;
    }

    static Task<string[]> Orphans(StreamKind kind, NpgsqlConnection connection, CancellationToken ct) =>
        connection.Ask<string[]>(SnapshotReplay.ForDocument(FindOrphans, kind), ct, kind.Alias, Few);
}
