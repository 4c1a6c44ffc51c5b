using Campaigns.Consent;
using Campaigns.Providers.SendGrid;
using Campaigns.Providers.Smtp;
using Campaigns.Providers.Twilio;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Providers;

/// <summary>Those who carry messages: contracts, answers, accounts. Each registers itself in one call.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module
            .Command(typeof(CredentialsHandler), typeof(AskForSuppressionsHandler))
            .Handle<SuppressAtProvider>("consent", typeof(ProviderSuppressionsHandler))
            .Handle<ReinstateAtProvider>("consent", typeof(ProviderSuppressionsHandler))
            .Handle<EraseAtProvider>("consent", typeof(ProviderSuppressionsHandler))
            .Handle<ImportSuppressions>("consent", typeof(ProviderSuppressionsHandler));
        module.Services.AddSingleton<ProviderMetrics>().AddSingleton<MessageProviders>().AddSingleton<SingleMessages>();
        module.Services.AddSendGrid().AddSmtp().AddTwilio().ChooseEmailProvider();
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        api.MapSendGrid();
        api.MapTwilio();
        api.MapSmtp();
    }
}
