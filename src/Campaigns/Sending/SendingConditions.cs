using Marten;
using Campaigns.Storage;
using Campaigns.Consent;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Senders;
using Campaigns.Tenancy;
using Microsoft.Extensions.Options;

namespace Campaigns.Sending;

/// <summary>The hours, limits and senders in force for a campaign: its own before the organisation's, those before the installation's; and its letterhead.</summary>
public sealed class SendingConditions(IDocumentStore store, UnsubscribeLinks links, IOptions<SendingOptions> options, IOptions<SendersOptions> senders)
{
    public async Task<ConditionsInForce> Read(string tenantId, StreamState<Campaign> campaign, CancellationToken ct)
    {
        var organisation = (await store.Load<Organisation>(tenantId, Organisation.StreamId(tenantId), ct)).State.Settings;
        var settings = campaign.State.Settings;
        var installed = options.Value.Limits.Or(SendingOptions.DefaultLimits);
        var limits = (settings.Limits ?? new LimitSettings()).Or(organisation.Limits ?? new LimitSettings()).Or(installed).AtMost(options.Value.Ceilings);
        return new ConditionsInForce(
            new DeliveryHours(settings.Window ?? organisation.Window, DeliveryWindow.QuietHours, TimeZones.Zone(organisation.TimeZone) ?? TimeZoneInfo.Utc),
            new LimitBook(
                tenantId, campaign.Id, limits, options.Value.GlobalPerHour, options.Value.Operators,
                settings.IgnoresFrequencyCap ? null : organisation.FrequencyCap),
            await CampaignSenders.Read(store, tenantId, settings, senders.Value.RequireVerified, ct),
            new Letterhead(tenantId, organisation, links, hasFooter: !settings.Transactional));
    }
}

/// <param name="Senders">Those of the campaign as they are now.</param>
public sealed record ConditionsInForce(
    DeliveryHours Hours,
    LimitBook Limits,
    CampaignSenders Senders,
    Letterhead Letterhead);
