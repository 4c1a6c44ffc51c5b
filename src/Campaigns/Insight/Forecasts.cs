using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Sending.Accounts;
using Campaigns.Sending;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Insight;

/// <summary>Reads what the sending goes by, and asks <see cref="Forecast"/> when a campaign will be through.</summary>
public sealed class Forecasts(IDocumentStore store, SendingConditions conditions, Permits permits, MessageProviders providers)
{
    /// <summary>Of those who wait for their time, and of the queue, for each look.</summary>
    const int MostCounted = 5_000;

    static readonly string ReadLastDeferral = Sql.Beside<Forecasts>(nameof(ReadLastDeferral));
    static readonly string CountQueuedZones = Sql.Beside<Forecasts>(nameof(CountQueuedZones));

    /// <param name="left">Messages that have not left yet.</param>
    /// <param name="handedOverPerSecond">How fast the provider took the last ones; null where that is not known.</param>
    /// <returns>Null for a campaign that is not under way, or has nobody left.</returns>
    public async Task<Forecast?> Make(
        string tenantId, StreamState<Campaign> campaign, long left, double? handedOverPerSecond, CancellationToken ct)
    {
        switch (campaign.State)
        {
            case { Status: CampaignStatus.Paused, IsLaunched: true }:
                return new Forecast(null, "it is paused, and nobody can know for how long");
            case { Status: CampaignStatus.Sending, IsHydrated: false }:
                return new Forecast(null, "its recipients are being queued");
            case { Status: not CampaignStatus.Sending }:
            case var _ when left == 0:
                return null;
        }

        var deferral = (await store.Database.Query(
            ReadLastDeferral, reader => new Deferral(reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1)), ct, tenantId, campaign.Id)).SingleOrDefault();
        return await Make(tenantId, campaign, left, null, campaign.State.NextBatchAt, handedOverPerSecond, deferral, ct);
    }

    /// <summary>For a campaign that begins now, or at the time for which it is scheduled.</summary>
    /// <param name="messages">How many there would be.</param>
    public Task<Forecast> MakeBeforeLaunch(string tenantId, StreamState<Campaign> campaign, long messages, AudienceView audience, CancellationToken ct) =>
        Make(tenantId, campaign, messages, audience, campaign.State.ScheduledAt, null, null, ct);

    async Task<Forecast> Make(
        string tenantId, StreamState<Campaign> campaign, long left, AudienceView? audience, DateTimeOffset? start, double? handedOverPerSecond,
        Deferral? lastDeferral, CancellationToken ct)
    {
        var now = store.Clock.GetUtcNow();
        var settings = campaign.State.Settings;
        var (hours, book, senders, _) = await conditions.Read(tenantId, campaign, ct);
        if (senders.Unavailable(settings.Channels) is { } obstacle)
        {
            return new Forecast(null, obstacle);
        }

        var slow = (await ProviderAccounts.Read(store, tenantId, providers.Names(settings.Channels), ct)).SlowAt(now);
        var held = Later(start, slow?.SlowUntil);
        var begin = held > now ? held.Value : now;
        var heldBy = held == start ? campaign.State.HeldBy : slow?.SlowWords;
        return Forecast.Make(
            new ForecastBasis(
                left, settings.Pace, held, await Limits(campaign, book, senders, audience?.Domains ?? [], begin, ct),
                await Hours(hours, tenantId, campaign, audience, left, begin, ct), handedOverPerSecond, lastDeferral, heldBy),
            now);
    }

    /// <summary>By where those live who are to get it; later on, by where those do who are left.</summary>
    async Task<AudienceHours> Hours(
        DeliveryHours hours, string tenantId, StreamState<Campaign> campaign, AudienceView? audience, long left, DateTimeOffset at, CancellationToken ct)
    {
        var channels = campaign.State.Settings.Channels.Each();
        var zones = !channels.Any(hours.AreLimited) ? []
            : audience is not null ? audience.Channels.SelectMany(channel => channel.Zones.Select(zone => (channel.Channel, zone.TimeZone, Contacts: (double)zone.Contacts))).ToList()
            : await ReadQueued(tenantId, campaign, left, ct);
        var all = zones.Sum(zone => zone.Contacts);
        return all == 0
            ? AudienceHours.InOneZone(hours, channels)
            : new AudienceHours(
                hours,
                [
                    .. from zone in zones
                       let known = TimeZones.Zone(zone.TimeZone) ?? hours.Fallback
                       // Zones whose clocks go alike are one.
                       group (Zone: known, zone.Contacts) by (zone.Channel, known.GetUtcOffset(at)) into alike
                       select new AudienceGroup(alike.Key.Channel, alike.MaxBy(each => each.Contacts).Zone, alike.Sum(each => each.Contacts) / all),
                ]);
    }

    async Task<List<(Channel Channel, string? TimeZone, double Contacts)>> ReadQueued(string tenantId, StreamState<Campaign> campaign, long left, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(campaign.Id);
        var counted = await store.Database.Query(
            CountQueuedZones,
            reader => (Channel: Enum.Parse<Channel>(reader.GetString(0), ignoreCase: true), TimeZone: reader.TextOrNull(1), Waits: reader.GetBoolean(2), Contacts: reader.GetInt64(3)),
            ct, tenantId, campaign.Id, campaign.State.LastRecipient ?? first, last, MostCounted);
        var (waiting, queued) = (counted.Where(each => each.Waits).Sum(each => each.Contacts), counted.Where(each => !each.Waits).Sum(each => each.Contacts));
        // Of a long queue the beginning stands for all of it.
        var weight = queued == 0 ? 1 : (double)Math.Max(queued, left - waiting) / queued;
        return counted.ConvertAll(each => (each.Channel, each.TimeZone, each.Waits ? each.Contacts : each.Contacts * weight));
    }

    /// <param name="at">When the next messages may go: what is free by then counts.</param>
    async Task<IReadOnlyList<(LimitState State, double Share)>> Limits(
        StreamState<Campaign> campaign, LimitBook book, CampaignSenders senders, IReadOnlyList<DomainShare> domains, DateTimeOffset at, CancellationToken ct)
    {
        var settings = campaign.State.Settings;
        var channels = settings.Channels.Each();
        var shared = book.ForEverybody(senders, settings.Channels, at);
        // Who goes over which channel, and from which of several senders, is not counted: each gets an equal share.
        var own = channels.SelectMany(channel => senders.Able(channel) is var able
            ? able.SelectMany(sender => book.Sender(sender, channel, at).Except(shared)).Select(limit => (Limit: limit, Share: 1.0 / able.Count / channels.Count))
            : []).ToList();
        own.AddRange(domains.Select(domain => (book.Domain($"@{domain.Domain}"), domain.Share)).Where(each => each.Item1 is not null).Select(each => (each.Item1!, each.Share)));
        var availability = await permits.Read(
            [.. shared, .. own.Select(each => each.Limit)], campaign.Id, settings.Pace.Size(campaign.Id, campaign.State.LastBatch + 1), settings.Weight, at, ct);
        var shares = own.GroupBy(each => each.Limit.Key).ToDictionary(each => each.Key, each => each.Sum(one => one.Share), StringComparer.Ordinal);
        return [.. availability.States.Select(state => (state, Math.Min(1, shares.GetValueOrDefault(state.Limit.Key, 1))))];
    }

    static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;
}
