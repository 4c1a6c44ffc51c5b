using Campaigns.Tenancy;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.Smtp;

/// <summary>Everything about the relay, in one call each for the services and the API.</summary>
static class SmtpRegistration
{
    public static IServiceCollection AddSmtp(this IServiceCollection services)
    {
        services.AddOptions<SmtpOptions>().BindConfiguration("Smtp");
        services.AddSingleton(provider => new SmtpProvider(
            provider.GetRequiredService<Credentials>().Find<SmtpCredentials>,
            provider.GetRequiredService<IOptions<SmtpOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>What an organisation does with its account over the API.</summary>
    public static void MapSmtp(this IEndpointRouteBuilder api) => CredentialsEndpoints.Map<SmtpCredentials>(api);
}
