using Campaigns.Engine.Events;

namespace Campaigns.Engine.Doctor;

/// <summary>Work that does not go on by itself: dead messages, claims that nobody renews, kinds that nobody handles, projections that stopped.</summary>
sealed class StandstillCheck(EventStore store) : Check
{
    /// <summary>Any node that runs takes over a claim within seconds of its end.</summary>
    static readonly TimeSpan LongAgo = TimeSpan.FromMinutes(5);

    static readonly string FindStandstill = Sql.Beside<StandstillCheck>(nameof(FindStandstill));

    public override string Name => "standstill";

    public override async Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        var findings = new List<Finding>();
        await using (var command = connection.Command(
            FindStandstill, store.Model.MessageTypes.Select(type => type.Kind).ToArray(), store.Clock.GetUtcNow() - LongAgo))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                findings.Add(Finding.Note(reader.GetString(0), reader.GetString(1)));
            }
        }

        return new Diagnosis(await connection.Ask<long>("select count(*) from messages", ct), "messages", findings);
    }
}
