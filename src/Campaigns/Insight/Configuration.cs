using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Insight;

/// <summary>Progress, stories, why nothing goes out, alerts, exports.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module
            .Inline(new Alerts())
            .Command(typeof(ReplayMessagesHandler));
        module.Services
            .AddSingleton<DeadLetters>()
            .AddSingleton<ProgressQuery>()
            .AddSingleton<ProgressStream>()
            .AddSingleton<Forecasts>()
            .AddSingleton<LaunchCheck>()
            .AddSingleton<WhyNotSending>()
            .AddSingleton<CampaignRecipients>()
            .AddSingleton<TellRecipient>()
            .AddSingleton<CampaignBatches>()
            .AddSingleton<StoredEvents>();
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        ProgressQuery.Map(api);
        ProgressStream.Map(api);
        WhyNotSending.Map(api);
        LaunchCheck.Map(api);
        Alerts.Map(api);
        CampaignRecipients.Map(api);
        TellRecipient.Map(api);
        CampaignBatches.Map(api);
        StoredEvents.Map(api);
        DurableMessages.Map(api);
    }
}
