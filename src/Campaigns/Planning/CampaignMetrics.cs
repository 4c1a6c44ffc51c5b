using System.Diagnostics.Metrics;
using Campaigns.Limits;
using Campaigns.Storage;
using Npgsql;

namespace Campaigns.Planning;

/// <summary>How many campaigns are sending and paused, which all nodes tell alike; and how often one was paused on this node, by whom.</summary>
public sealed class CampaignMetrics : Sample
{
    static readonly string CountUnderWay = Sql.Beside<CampaignMetrics>(nameof(CountUnderWay));

    readonly NpgsqlDataSource database;
    readonly Counter<long> pauses;
    readonly ObservableGauge<long> underWay;
    IReadOnlyList<Measurement<long>> known = [];

    public CampaignMetrics(IMeterFactory meters, NpgsqlDataSource database)
    {
        this.database = database;
        pauses = meters.Meter().CreateCounter<long>("campaigns.pauses", "{pause}", "Campaigns and senders that were paused, by a person or by a breaker");
        underWay = meters.Meter().CreateObservableGauge("campaigns.under_way", () => Volatile.Read(ref known), "{campaign}", "Campaigns that are sending or paused");
    }

    /// <inheritdoc/>
    public override bool IsWanted => underWay.Enabled;

    /// <inheritdoc/>
    public override async Task Read(CancellationToken ct)
    {
        var counts = await database.Query(CountUnderWay, row => (Status: row.Word<CampaignStatus>(0), Count: row.GetInt64(1)), ct);
        CampaignStatus[] shown = [CampaignStatus.Sending, CampaignStatus.Paused];
        Volatile.Write(ref known, Array.ConvertAll(shown, status =>
            new Measurement<long>(counts.Find(each => each.Status == status).Count, Metrics.Label("campaigns.status", status))));
    }

    /// <inheritdoc/>
    public override void Forget() => Volatile.Write(ref known, []);

    /// <param name="what"><c>campaign</c> or <c>sender</c>.</param>
    internal void CountPause(string what, PausedBy by) => pauses.Add(1, Metrics.Label("campaigns.paused", what), Metrics.Label("campaigns.by", by));
}
