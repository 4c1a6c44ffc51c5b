using Campaigns.Engine.Events;

namespace Campaigns.Engine.Doctor;

/// <summary>Whether streams and their events say the same about each other.</summary>
sealed class StreamCheck(EventStore store) : Check
{
    static readonly string FindBrokenStreams = Sql.Beside<StreamCheck>(nameof(FindBrokenStreams));

    public override string Name => "streams";

    public override async Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        progress?.Report("streams: counting events");
        await using var command = connection.Command(FindBrokenStreams);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var findings = new List<Finding>();
        while (await reader.ReadAsync(ct))
        {
            findings.Add(Finding.Problem($"{reader.GetInt64(1)} streams: {reader.GetString(0)}", reader.GetFieldValue<string[]>(2)));
        }

        await reader.DisposeAsync();
        return new Diagnosis(await connection.Ask<long>("select count(*) from mt_streams", ct), "streams", findings);
    }
}
