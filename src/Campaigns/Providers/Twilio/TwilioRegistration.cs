using Campaigns.Http;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.Twilio;

/// <summary>Everything about Twilio, in one call each for the services and the API.</summary>
static class TwilioRegistration
{
    public static readonly AnswersFileCheck<TwilioOptions> AnswersFileCheck =
        new("Twilio:AnswersFile", options => _ = new TwilioAnswers(options.AnswersFile));

    /// <summary>The name of its client, under which a host can change how it connects.</summary>
    public const string HttpClientName = "Twilio";

    public static IServiceCollection AddTwilio(this IServiceCollection services)
    {
        services.AddProviderClient(HttpClientName);
        services.AddOptions<TwilioOptions>().BindConfiguration("Twilio").ValidateOnStart();
        services.AddSingleton<IValidateOptions<TwilioOptions>>(AnswersFileCheck);
        services.AddSingleton(provider => new TwilioAnswers(provider.GetRequiredService<IOptions<TwilioOptions>>().Value.AnswersFile));
        services.AddSingleton<TwilioEvents>();
        services.AddSingleton(provider => new TwilioAccounts(
            provider.GetRequiredService<Credentials>().Find<TwilioCredentials>, provider.GetRequiredService<IOptions<TwilioOptions>>()));
        services.AddSingleton<IMessageProvider>(provider => new TwilioProvider(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName), provider.GetRequiredService<TwilioAccounts>(), provider.GetRequiredService<IOptions<TwilioOptions>>(),
            provider.GetRequiredService<PublicUrl>(), provider.GetRequiredService<TwilioAnswers>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>What an organisation does with its account over the API.</summary>
    public static void MapTwilio(this IEndpointRouteBuilder api) => CredentialsEndpoints.Map<TwilioCredentials>(api);
}
