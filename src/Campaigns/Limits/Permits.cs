using Campaigns.Storage;
using Marten;
using Npgsql;

namespace Campaigns.Limits;

/// <summary>
/// Permits of limits, shared by all nodes through PostgreSQL. They are read without a lock to decide how many messages may go, and taken in the
/// commit that claims these: was somebody else faster, that commit changes nothing and is decided again.
/// </summary>
public sealed class Permits(IDocumentStore store)
{
    /// <summary>How long a batch may be out: a claim that nobody closes frees its permits by itself then.</summary>
    static readonly TimeSpan LongestBatch = TimeSpan.FromHours(1);

    /// <summary>
    /// How long before a limit opens its next permits are taken: the commit of the claim is made by then, instead of being added to each period.
    /// </summary>
    public static readonly TimeSpan Headstart = TimeSpan.FromMilliseconds(100);

    /// <summary>How late a campaign that waits for a limit may come back without losing its place.</summary>
    static readonly TimeSpan Lateness = TimeSpan.FromSeconds(5);

    static readonly string ReadPermits = Sql.Beside<Permits>(nameof(ReadPermits));
    static readonly string TakePermits = Sql.Beside<Permits>(nameof(TakePermits));
    static readonly string ReleasePermits = Sql.Beside<Permits>(nameof(ReleasePermits));
    static readonly string WaitForLimit = Sql.Beside<Permits>(nameof(WaitForLimit));
    static readonly string EndWait = Sql.Beside<Permits>(nameof(EndWait));

    /// <param name="wanted">How many messages the campaign would send.</param>
    /// <param name="at">When it would begin to.</param>
    public async Task<Availability> Read(IReadOnlyCollection<Limit> limits, Guid campaignId, int wanted, int weight, DateTimeOffset at, CancellationToken ct)
    {
        var byKey = new Dictionary<string, Limit>(StringComparer.Ordinal);
        foreach (var limit in limits)
        {
            byKey[limit.Key] = limit.Tighter(byKey.GetValueOrDefault(limit.Key, limit));
        }

        var rows = byKey.Count == 0 ? [] : await store.Database.Query(
            ReadPermits, reader => Read(reader, byKey, weight), ct, byKey.Keys.ToArray(), byKey.Values.Select(limit => limit.Most).ToArray(),
            byKey.Values.Select(limit => limit.WorthWaitingFor(wanted)).ToArray(), at, campaignId, at - Lateness,
            byKey.Values.Select(limit => limit.Line).ToArray());
        return new Availability(rows, at);
    }

    /// <summary>Takes them with this commit, which is refused when they are gone: <see cref="Races.PermitsWereTaken"/>.</summary>
    /// <param name="campaignId">Which has its turn at these limits now; null for a message outside of campaigns.</param>
    /// <param name="startsAt">No message is handed over before.</param>
    public static void Take(IDocumentOperations session, Guid claim, Guid? campaignId, IReadOnlyDictionary<Limit, int> uses, DateTimeOffset startsAt)
    {
        if (uses.Count == 0)
        {
            return;
        }

        var keys = uses.Keys.Select(limit => limit.Key).ToArray();
        session.Sql(
            TakePermits, claim, keys, uses.Values.ToArray(), uses.Keys.Select(limit => limit.Most).ToArray(),
            uses.Keys.Select(limit => limit.Period).ToArray(), LongestBatch, startsAt);
        if (campaignId is { } waiting)
        {
            var byExtent = uses.Keys.ToLookup(limit => limit.Most > LimitQueue.TooFewToShare, limit => limit.Key);
            session.Sql(EndWait, byExtent[false].ToArray(), byExtent[true].ToArray(), waiting, startsAt);
        }
    }

    /// <summary>The claim's messages, but for the unused ones, were handed over by <paramref name="endedAt"/>.</summary>
    public static void Release(IDocumentOperations session, Guid claim, DateTimeOffset endedAt, IReadOnlyDictionary<string, int> unused) =>
        session.Sql(ReleasePermits, claim, endedAt, unused.Keys.ToArray(), unused.Values.ToArray());

    /// <summary>Notes that a campaign comes back for a limit, so that it gets its share then.</summary>
    public static void Wait(
        IDocumentOperations session, Limit limit, Guid campaignId, DateTimeOffset until, int wanted, int weight, DateTimeOffset since) =>
        session.Sql(WaitForLimit, limit.Key, campaignId, since, until, wanted, weight, since - Lateness);

    static LimitState Read(NpgsqlDataReader reader, Dictionary<string, Limit> limits, int weight)
    {
        DateTimeOffset? At(int column) => reader.ValueOrNull<DateTimeOffset>(column);

        var limit = limits[reader.GetString(0)];
        return new LimitState(
            limit, reader.GetInt32(1), At(2), At(3), At(4),
            new LimitQueue(reader.GetInt32(5), reader.GetInt32(6), weight, reader.GetBoolean(7), reader.GetBoolean(8)));
    }
}
