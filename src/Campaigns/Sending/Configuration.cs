using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Planning;
using Campaigns.Sending.Claims;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Sending;

/// <summary>From the audience of a campaign to its last message: hydrate, send a batch, withdraw, retry, complete, test.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module
            .Handle<HydrateAudience>("planning", typeof(HydrateAudienceHandler))
            .Handle<SendBatch>("sending", typeof(SendBatchHandler))
            .Queue("sending", 4)
            .Handle<SendUrgentBatch>("sending-urgent", typeof(SendBatchHandler))
            .Queue("sending-urgent", 4)
            .Handle<WithdrawQueued>("planning", typeof(WithdrawQueuedHandler))
            .Handle<RequeueRecipients>("planning", typeof(RequeueRecipientsHandler))
            .Handle<CompleteCampaign>("planning", typeof(CompleteCampaignHandler))
            .Handle<LeaveDoubts>("planning", typeof(CompleteCampaignHandler))
            .Handle<CheckHealth>("planning", typeof(CheckHealthHandler))
            .Handle<RecipientErased>("consent", typeof(ForgetClaimsHandler))
            .Queue("planning", 4)
            .Command(typeof(TestCampaignHandler), typeof(RecordLateResultsHandler));
        module.Services
            .AddSingleton<CompiledTemplates>()
            .AddSingleton<SendQueue>()
            .AddSingleton<DueWork>()
            .AddSingleton<SendingConditions>()
            .AddSingleton<BatchPlanner>()
            .AddSingleton<SendingMetrics>()
            .AddSingleton<BatchHandover>()
            .AddSingleton<LateResults>();
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        TestCampaignEndpoints.Map(api);
        ProcessDueWork.Map(api);
    }
}
