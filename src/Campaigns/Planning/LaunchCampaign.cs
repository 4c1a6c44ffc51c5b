using Campaigns.Audience;
using Campaigns.Authoring;
using Campaigns.Authoring.Formulas;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Recipients;
using Campaigns.Senders;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>Begins to send now.</summary>
/// <param name="Force">Also where nobody would get it, or most messages would fail.</param>
public sealed record LaunchCampaign(Guid CampaignId, bool Force = false);

public static class LaunchCampaignHandler
{
    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(
        LaunchCampaign command, IDocumentSession session, Caller caller, Launching launching, TimeProvider clock, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        var (launchable, organisation) = await launching.Look(session.TenantId, campaign.State(), command.Force, ct);
        return caller.Record(campaign, Decide(campaign.State(), command.CampaignId, launchable, organisation, clock.Microseconds()));
    }

    public static async Task<OutgoingMessages> Handle(
        LaunchScheduled message, IDocumentSession session, Launching launching, TimeProvider clock, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(message.CampaignId, ct);
        var (launchable, _) = await launching.Look(session.TenantId, campaign.State(), message.Force, ct);
        return campaign.Record(Decide(campaign.State(), message, launchable, clock.Microseconds())).Messages;
    }

    public static Outcome Decide(Campaign campaign, Guid id, Launchable launchable, OrganisationSettings organisation, DateTimeOffset now)
    {
        switch (campaign.Status)
        {
            case CampaignStatus.Scheduled:
                return launchable.RefusalFor(campaign.Settings) is { } broken ? Outcome.Refuse(broken) : Launch(id, launchable);
            case CampaignStatus.Paused when !campaign.IsLaunched:
                return launchable.RefusalFor(campaign.Settings) is { } stillBroken ? Outcome.Refuse(stillBroken) : LaunchNow(id, launchable, now);
            case CampaignStatus.Sending or CampaignStatus.Paused:
                return Outcome.Nothing; // the same launch a second time
        }

        return (CampaignRules.IsCleared(campaign, organisation) ?? CampaignRules.IsComplete(campaign.Settings)
                ?? launchable.RefusalFor(campaign.Settings)) is { } refusal
            ? Outcome.Refuse(refusal)
            : LaunchNow(id, launchable, now);
    }

    /// <summary>The scheduled time has come.</summary>
    public static Outcome Decide(Campaign campaign, LaunchScheduled message, Launchable launchable, DateTimeOffset now)
    {
        if (campaign.Status != CampaignStatus.Scheduled || campaign.ScheduledAt != message.At)
        {
            return Outcome.Nothing; // cancelled, launched by hand or scheduled anew
        }

        var tolerance = TimeSpan.FromMinutes(campaign.Settings.LateToleranceMinutes);
        if (now - message.At > tolerance)
        {
            return Outcome.Record(new CampaignPaused(
                PausedBy.Breaker, $"Its time, {message.At:u}, was missed by more than {tolerance.TotalMinutes:0.#} minutes. Resuming sends it now."));
        }

        return launchable.RefusalFor(campaign.Settings) is { } refusal
            ? Outcome.Record(new CampaignPaused(PausedBy.Breaker, $"Could not start at its time: {refusal.Explanation}{(Audiences.IsMistake(refusal) ? " So does resuming it." : "")}"))
            : Launch(message.CampaignId, launchable);
    }

    static Outcome LaunchNow(Guid id, Launchable launchable, DateTimeOffset now) =>
        Outcome.Record(new CampaignScheduled(now), new CampaignLaunched(launchable.TemplateVersion, launchable.FormulaVersion)).Send(new HydrateAudience(id));

    static Outcome Launch(Guid id, Launchable launchable) =>
        Outcome.Record(new CampaignLaunched(launchable.TemplateVersion, launchable.FormulaVersion)).Send(new HydrateAudience(id));
}

static class LaunchCampaignEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/launch", async (Guid id, ApiRequest request, CancellationToken ct, bool force = false) =>
                await CampaignView.Answer(request, await request.Decide<Campaign>(new LaunchCampaign(id, force), ct), ct))
            .WithName(nameof(LaunchCampaign)).WithSummary("Begin to send now; refused where nobody would get it or most messages would fail, unless forced").Describe();
}

/// <summary>Whether the template, the lists, the segments and the senders that a campaign names let it be launched, and the version of the template.</summary>
/// <param name="Seen">The settings that were looked at.</param>
/// <param name="NoWayOut">Why it would be a mistake, whoever is in the audience: its recipients could not unsubscribe. Null where they can.</param>
/// <param name="FormulaVersion">Of the formula that it names; null where it names none.</param>
public sealed record Launchable(CampaignSettings Seen, long TemplateVersion, Refusal? Refusal, Refusal? NoWayOut = null, long? FormulaVersion = null)
{
    /// <summary>What stands in the way; also that the campaign names others by now than those that were looked at.</summary>
    public Refusal? RefusalFor(CampaignSettings settings) =>
        (settings.TemplateId, settings.ListId, settings.From, settings.Channels) == (Seen.TemplateId, Seen.ListId, Seen.From, Seen.Channels)
        && (settings.Offers is null ? Seen.Offers is null : settings.Offers.IsSame(Seen.Offers))
        && (settings.Audience is null ? Seen.Audience is null : settings.Audience.IsSame(Seen.Audience))
        && (settings.SenderIds ?? []).SequenceEqual(Seen.SenderIds ?? [])
        ? Refusal
        : new Refusal("concurrent-change", "Somebody changed the campaign at the same moment. Read it again and try again.");
}

/// <summary>Gathers what the decisions to schedule and to launch need to know beside the campaign.</summary>
public sealed class Launching(
    IDocumentStore store, Audiences audiences, IOptions<SendingOptions> options, IOptions<SendersOptions> senders)
{
    public TimeSpan FarthestSchedule => options.Value.FarthestSchedule;

    /// <param name="force">Who would get it, and what, is not looked at.</param>
    public async Task<(Launchable Launchable, OrganisationSettings Organisation)> Look(string tenantId, Campaign campaign, bool force, CancellationToken ct)
    {
        var organisation = (await store.Load<Organisation>(tenantId, Organisation.StreamId(tenantId), ct)).State.Settings;
        var launchable = await Look(tenantId, campaign.Settings, ct);
        var mistake = force || campaign.IsLaunched || launchable.Refusal is not null || CampaignRules.IsComplete(campaign.Settings) is not null
            ? null
            : launchable.NoWayOut ?? await audiences.FindMistake(tenantId, campaign.Settings, launchable, organisation, ct);
        return (launchable with { Refusal = launchable.Refusal ?? mistake }, organisation);
    }

    async Task<Launchable> Look(string tenantId, CampaignSettings settings, CancellationToken ct)
    {
        if (settings.TemplateId is not { } templateId)
        {
            return new Launchable(settings, 0, null); // refused as incomplete
        }

        var missing = await MissingReferences.Find(store, tenantId, settings, ct);
        if (missing.Lists is [var gone, ..])
        {
            return new Launchable(settings, 0, new Refusal("list-unknown", $"Its list {gone} does not exist any more: choose another one.", RefusalKind.Invalid));
        }

        if (missing.Segments is [var lost, ..])
        {
            return new Launchable(settings, 0, new Refusal("segment-unknown", $"Its segment {lost} does not exist any more: choose another one.", RefusalKind.Invalid));
        }

        var formula = settings.Offers?.FormulaId is { } formulaId ? await store.Load<Formula>(tenantId, formulaId, ct) : null;
        var unfit = formula switch
        {
            { Version: 0 } => new Refusal("formula-unknown", "Its formula does not exist.", RefusalKind.Invalid),
            { State.Archived: true } => new Refusal("formula-archived", "Its formula is archived: choose another one.", RefusalKind.Invalid),
            _ => null,
        };
        var template = await store.Load<Template>(tenantId, templateId, ct);
        var refusal = unfit ?? template switch
        {
            { Version: 0 } => new Refusal("template-unknown", "Its template does not exist.", RefusalKind.Invalid),
            { State.Archived: true } => new Refusal("template-archived", "Its template is archived: choose another one.", RefusalKind.Invalid),
            { State.Content: var content } => settings.Channels.Each().Select(content.Lacks).FirstOrDefault(lack => lack is not null)
                ?? TemplateContentRules.Check(content), // it may have been saved under laxer rules
        };
        var found = await FindSenders(tenantId, settings, ct);
        return new Launchable(
            settings, template.Version, refusal ?? SenderRules.RefusalFor(settings, found, senders.Value.RequireVerified),
            SenderRules.FindNoWayOut(settings, template.State.Content, found), formula?.Version);
    }

    /// <summary>What stands in the way of sending in the name of those whom the campaign names; null when nothing does.</summary>
    public async Task<Refusal?> LookAtSenders(string tenantId, CampaignSettings settings, CancellationToken ct) =>
        SenderRules.RefusalFor(settings, await FindSenders(tenantId, settings, ct), senders.Value.RequireVerified);

    Task<List<StreamState<Sender>>> FindSenders(string tenantId, CampaignSettings settings, CancellationToken ct) =>
        SenderDirectory.Find(store, tenantId, settings.SenderIds ?? [], EmailAddress.Normalise(settings.From?.Email), ct);
}
