using Campaigns.Tenancy;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

/// <summary>Everything about SendGrid, in one call each for the services and the API.</summary>
static class SendGridRegistration
{
    public static readonly AnswersFileCheck<SendGridOptions> AnswersFileCheck =
        new("SendGrid:AnswersFile", options => _ = new SendGridAnswers(options.AnswersFile));

    /// <summary>The name of its client, under which a host can change how it connects.</summary>
    public const string HttpClientName = "SendGrid";

    public static IServiceCollection AddSendGrid(this IServiceCollection services)
    {
        services.AddProviderClient(HttpClientName);
        services.AddOptions<SendGridOptions>().BindConfiguration("SendGrid").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SendGridOptions>>(AnswersFileCheck);
        services.AddSingleton(provider => new SendGridAnswers(provider.GetRequiredService<IOptions<SendGridOptions>>().Value.AnswersFile));
        services.AddSingleton<SendGridEvents>();
        services.AddSingleton(provider => new SendGridAccounts(
            provider.GetRequiredService<Credentials>().Find<SendGridCredentials>, provider.GetRequiredService<IOptions<SendGridOptions>>()));
        services.AddSingleton(provider => new SendGridApi(
            Client(provider), provider.GetRequiredService<SendGridAccounts>(), provider.GetRequiredService<IOptions<SendGridOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SendGridSuppressions>();
        services.AddSingleton(provider => new SendGridProvider(
            Client(provider), provider.GetRequiredService<SendGridApi>(), provider.GetRequiredService<SendGridAccounts>(),
            provider.GetRequiredService<SendGridAnswers>(), provider.GetRequiredService<IOptions<SendGridOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>What an organisation does with its account over the API.</summary>
    public static void MapSendGrid(this IEndpointRouteBuilder api)
    {
        CredentialsEndpoints.Map<SendGridCredentials>(api);
        ValidateAddress.Map(api);
        ProviderSuppressionsEndpoints.Map(api);
    }

    static HttpClient Client(IServiceProvider provider) => provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName);
}
