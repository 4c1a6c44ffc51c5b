using Marten;

namespace Campaigns.Storage.Doctor;

/// <summary>Work that does not go on by itself: dead messages, and those that should have been handled long ago.</summary>
sealed class StandstillCheck(IDocumentStore store) : Check
{
    /// <summary>Any node that runs takes over the work of one that died within seconds.</summary>
    static readonly TimeSpan LongAgo = TimeSpan.FromMinutes(5);

    static readonly string FindStandstill = Sql.Beside<StandstillCheck>(nameof(FindStandstill));

    public override string Name => "standstill";

    public override async Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        var findings = new List<Finding>();
        await using (var command = connection.Command(FindStandstill, store.Clock.GetUtcNow() - LongAgo))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                findings.Add(Finding.Note(reader.GetString(0), reader.GetString(1)));
            }
        }

        return new Diagnosis(await connection.Ask<long>("select count(*) from wolverine_incoming_envelopes where status <> 'Handled'", ct), "messages", findings);
    }
}
