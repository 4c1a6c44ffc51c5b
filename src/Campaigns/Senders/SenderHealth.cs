using Campaigns.Limits;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Options;

namespace Campaigns.Senders;

/// <summary>How what went out in a sender's name was received, over all campaigns.</summary>
/// <param name="Bounced">Refused for good, or dropped by the provider.</param>
/// <param name="Since">The hour from which on it is counted.</param>
public sealed record SenderHealth(long Sent, long Bounced, long Complained, DateTimeOffset Since);

/// <summary>Looks up how the senders of an organisation are received.</summary>
public sealed class SenderHealths(IDocumentStore store, IOptions<SendingOptions> options)
{
    static readonly string ReadSenderHealth = Sql.Beside<SenderHealths>(nameof(ReadSenderHealth));

    public async Task<SenderHealth> Of(string tenantId, StreamState<Sender> sender, CancellationToken ct) => (await Of(tenantId, [sender], ct))[sender.Id];

    public async Task<IReadOnlyDictionary<Guid, SenderHealth>> Of(string tenantId, IReadOnlyList<StreamState<Sender>> senders, CancellationToken ct)
    {
        var now = store.Clock.GetUtcNow();
        var since = senders.ToDictionary(sender => sender.Id, sender => Since(sender.State, options.Value.SenderHealthFor, now));
        var rows = await store.Database.Query(
            ReadSenderHealth, reader => (Id: reader.GetGuid(0), Sent: reader.GetInt64(1), Bounced: reader.GetInt64(2), Complained: reader.GetInt64(3)), ct,
            tenantId, since.Keys.ToArray(), since.Values.ToArray());
        return rows.ToDictionary(row => row.Id, row => new SenderHealth(row.Sent, row.Bounced, row.Complained, since[row.Id]));
    }

    /// <summary>Never before the hour after it was resumed: who resumed it knew of what there was.</summary>
    public static DateTimeOffset Since(Sender sender, TimeSpan period, DateTimeOffset now)
    {
        var oldest = Hour(now - period);
        return sender.ResumedAt is { } resumed && Hour(resumed).AddHours(1) is var anew && anew > oldest ? anew : oldest;
    }

    static DateTimeOffset Hour(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}
