using Campaigns.Sending;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Tracking;

/// <summary>What becomes of messages: webhooks and look-ups to facts, time-outs, replies, unsubscriptions.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module
            .HandleMany<RecordFacts>("tracking", 20, typeof(RecordFactsTogether), typeof(RecordFactsAlone))
            .HandleMany<SplitSharedBody>("splitting", 20, typeof(SplitSharedBodyTogether), typeof(SplitSharedBodyAlone))
            .Handle<ForgetWebhookBodies>("housekeeping", typeof(ForgetWebhookBodiesHandler))
            .Every("forget_webhook_bodies", "0 * * * *", () => new ForgetWebhookBodies())
            .Handle<TimeOutOpens>("timeouts", typeof(TimeOutOpensHandler))
            .Queue("timeouts", 1)
            .Handle<LookUpMessages>("looking", typeof(LookUpMessagesHandler))
            .Queue("looking", 2)
            .Command(typeof(UnsubscribeRecipientHandler), typeof(ReplayWebhookHandler));
        module.Services.AddOptions<TrackingOptions>().BindConfiguration("Tracking");
        module.Services
            .AddSingleton<WebhookMetrics>()
            .AddSingleton<WebhookBodies>()
            .AddSingleton<SharedBodies>()
            .AddSingleton<FactRecorder>();
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        StoredWebhooks.Map(api);
        var webhooks = app.MapGroup("/webhooks").AllowAnonymous();
        ReceiveSendGridEvents.Map(webhooks);
        ReceiveTwilioWebhooks.Map(webhooks);
        Unsubscribe.Map(app);
    }
}
