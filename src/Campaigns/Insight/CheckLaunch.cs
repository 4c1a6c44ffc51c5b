using Campaigns.Http;
using Campaigns.Planning;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Insight;

/// <summary>What a launch would come to.</summary>
/// <param name="Refusal">Why a launch would be refused; null where it would not.</param>
/// <param name="Audience">Who would get it; null where it cannot be told, for want of a list or a template.</param>
/// <param name="EstimatedCompletion">When the last message would leave if it began now; null where it cannot be said.</param>
/// <param name="EstimateBasis">For people: what the estimate goes by, or why there is none.</param>
public sealed record LaunchCheckView(
    Guid CampaignId,
    LaunchRefusal? Refusal,
    AudienceView? Audience,
    DateTimeOffset? EstimatedCompletion,
    string? EstimateBasis);

/// <param name="Code">As of the problem document that a launch would answer with.</param>
/// <param name="CanBeForced">A launch with <c>force</c> goes ahead all the same.</param>
public sealed record LaunchRefusal(
    string Code,
    string Why,
    bool CanBeForced);

/// <summary>Looks before a launch, without changing anything.</summary>
public sealed class LaunchCheck(IDocumentStore store, Launching launching, Audiences audiences, Forecasts forecasts)
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/check", async (Guid id, ApiRequest request, LaunchCheck check, CancellationToken ct) =>
                await check.Look(request.TenantId, id, ct) is { } view ? Results.Ok(view) : Problems.NotFound("campaign"))
            .WithName("CheckLaunch").WithSummary("What a launch would come to: who would get it, who not and why, which fields are missing, how long it takes")
            .Produces<LaunchCheckView>().ProducesProblem(StatusCodes.Status404NotFound);

    public async Task<LaunchCheckView?> Look(string tenantId, Guid id, CancellationToken ct)
    {
        var campaign = await store.Load<Campaign>(tenantId, id, ct);
        if (CampaignRules.Exists(campaign.State) is not null)
        {
            return null;
        }

        var settings = campaign.State.Settings;
        var (launchable, organisation) = await launching.Look(tenantId, campaign.State, force: true, ct);
        if ((CampaignRules.IsComplete(settings) ?? launchable.Refusal) is { } refusal)
        {
            return new LaunchCheckView(id, new LaunchRefusal(refusal.Code, refusal.Explanation, false), null, null, null);
        }

        var audience = await audiences.Look(
            tenantId, settings, launchable, organisation, campaign.State.ScheduledAt ?? store.Clock.GetUtcNow(), ct);
        var messages = audience.Channels.Sum(channel => channel.WouldGet);
        var mistake = launchable.NoWayOut ?? Audiences.FindMistake(audience);
        var forecast = messages == 0 ? null : await forecasts.MakeBeforeLaunch(tenantId, campaign, messages, audience, ct);
        return new LaunchCheckView(
            id, mistake is null ? null : new LaunchRefusal(mistake.Code, mistake.Explanation, true), audience, forecast?.End, forecast?.Because);
    }
}
