using Campaigns.Storage;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Tenancy;

namespace Campaigns.Tests;

/// <summary>Values where the value does not matter.</summary>
static class Some
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly Guid Id = Guid.CreateVersion7(Now);

    public static readonly TimeSpan FourteenDays = TimeSpan.FromDays(14);

    public static readonly CampaignSettings Settings = new(
        "Spring", Guid.Parse("0195a000-0000-7000-8000-000000000001"), Guid.Parse("0195a000-0000-7000-8000-000000000002"),
        new SenderAddress("news@example.com", "News"), Pace.Default);

    public static readonly CampaignSettings Daily = Settings with { Pace = new Pace(Daily: new DailyPace()) };

    public static readonly Launchable Launchable = new(Settings, 3, null);

    public static readonly Launchable WithoutBody = new(Settings, 3, new Refusal("body-missing", "Its template has no body: write one.", RefusalKind.Invalid));

    public static readonly OrganisationSettings Organisation = new("Ours", false, "Etc/UTC");

    public static readonly OrganisationSettings WithApproval = Organisation with { ApprovalRequired = true };

    /// <summary>The facts that bring a campaign into a status.</summary>
    public static object[] Facts(CampaignStatus status) => status switch
    {
        CampaignStatus.None => [],
        CampaignStatus.Draft => [new CampaignDrafted(Settings)],
        CampaignStatus.InReview => [.. Facts(CampaignStatus.Draft), new CampaignSubmitted()],
        CampaignStatus.Approved => [.. Facts(CampaignStatus.InReview), new CampaignApproved(null)],
        CampaignStatus.Scheduled => [.. Facts(CampaignStatus.Draft), new CampaignScheduled(Now.AddHours(1))],
        CampaignStatus.Sending => [.. Facts(CampaignStatus.Scheduled), new CampaignLaunched(3), new AudienceHydrated(10, 0)],
        CampaignStatus.Paused => [.. Facts(CampaignStatus.Sending), new CampaignPaused(PausedBy.Person, "Lunch")],
        CampaignStatus.Completed => [.. Facts(CampaignStatus.Sending), new CampaignCompleted(CampaignEnd.Completed)],
        CampaignStatus.Partial => [.. Facts(CampaignStatus.Sending), new CampaignCompleted(CampaignEnd.Partial)],
        CampaignStatus.Failed => [.. Facts(CampaignStatus.Sending), new CampaignCompleted(CampaignEnd.Failed)],
        CampaignStatus.Cancelled => [.. Facts(CampaignStatus.Sending), new CampaignCancelled(null)],
        CampaignStatus.Deleted => [.. Facts(CampaignStatus.Draft), new CampaignDeleted()],
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "There is no way there yet: add the facts."),
    };

    public static Given<Campaign> CampaignIn(CampaignStatus status) => Scenario.Given(Facts(status));
}
