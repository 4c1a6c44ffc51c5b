using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Campaigns.Planning;

/// <summary>The life of a campaign: drafted, reviewed, scheduled, launched, paused, retried, archived.</summary>
static class Configuration
{
    const string Erased = "erased";

    public static void Add(ModuleBuilder module)
    {
        module.Stream<Campaign>("campaign", kept: true)
            .Event<CampaignDrafted>("campaign_drafted")
            .Event<CampaignEdited>("campaign_edited")
            .Event<CampaignDeleted>("campaign_deleted")
            .Event<CampaignSubmitted>("campaign_submitted")
            .Event<CampaignApproved>("campaign_approved")
            .Event<CampaignRejected>("campaign_rejected")
            .Event<CampaignScheduled>("campaign_scheduled")
            .Event<CampaignLaunched>("campaign_launched")
            .Event<AudienceHydrated>("audience_hydrated")
            .Event<BatchStarted>("batch_started")
            .Event<BatchCompleted>("batch_completed")
            .Event<DoubtsLeft>("doubts_left")
            .Event<DoubtsSettled>("doubts_settled")
            .Event<NextBatchScheduled>("next_batch_scheduled")
            .Event<CampaignPaused>("campaign_paused")
            .Event<CampaignResumed>("campaign_resumed")
            .Event<CampaignCancelled>("campaign_cancelled")
            .Event<CampaignCompleted>("campaign_completed")
            .Event<CampaignReassessed>("campaign_reassessed")
            .Event<CampaignArchived>("campaign_archived")
            .Event<CampaignRetried>("campaign_retried")
            .Event<RecipientsRequeued>("recipients_requeued");
        module
            .Mask<CampaignDrafted>(fact => fact with { Settings = Forget(fact.Settings) })
            .Mask<CampaignEdited>(fact => fact with { Settings = Forget(fact.Settings) })
            .Mask<CampaignApproved>(fact => fact with { Comment = null })
            .Mask<CampaignRejected>(fact => fact with { Reason = Erased })
            .Mask<CampaignPaused>(fact => fact with { Reason = Erased })
            .Mask<CampaignCancelled>(fact => fact with { Reason = null });
        module
            .Command(
                typeof(DraftCampaignHandler), typeof(EditCampaignHandler), typeof(DeleteDraftsHandler), typeof(ReviewCampaignHandler),
                typeof(ScheduleCampaignHandler), typeof(PauseCampaignHandler), typeof(RetryCampaignHandler), typeof(ArchiveCampaignHandler),
                typeof(StrandCampaignHandler), typeof(LaunchCampaignHandler), typeof(LeaveOutHandler), typeof(LeaveOutOffersHandler))
            .Handle<LaunchScheduled>("planning", typeof(LaunchCampaignHandler))
            .WhenDead<ICampaignWork>((work, message, reason) => new StrandCampaign(work.CampaignId, message, reason));
        module.Services.AddSingleton<GetCampaigns>().AddSingleton<OfferPreviews>().AddSingleton<Audiences>().AddSingleton<Launching>();
        module.Services.AddSingleton(services => CampaignUses.In(services.GetRequiredService<IDocumentStore>())).AddSingleton<Http.ExpectUnused>(CampaignUses.Expect);
        module.Services.AddSample<CampaignMetrics>();
        module.Services.ConfigureMarten((services, store) =>
            store.Listeners.Add(new Pauses(services.GetRequiredService<CampaignMetrics>(), services.GetRequiredService<ILogger<Pauses>>())));
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        DraftCampaignEndpoints.Map(api);
        GetCampaigns.Map(api);
        EditCampaignEndpoints.Map(api);
        AudiencePeople.Map(api);
        LeaveOutEndpoints.Map(api);
        PreviewOffersEndpoints.Map(api);
        LeaveOutOffersEndpoints.Map(api);
        DeleteDraftsEndpoints.Map(api);
        ReviewCampaignEndpoints.Map(api);
        ScheduleCampaignEndpoints.Map(api);
        LaunchCampaignEndpoints.Map(api);
        PauseCampaignEndpoints.Map(api);
        RetryCampaignEndpoints.Map(api);
        DuplicateCampaignEndpoints.Map(api);
        ArchiveCampaignEndpoints.Map(api);
    }

    static CampaignSettings Forget(CampaignSettings settings) =>
        settings with { From = settings.From is null ? null : new Providers.SenderAddress(Erased) };
}
