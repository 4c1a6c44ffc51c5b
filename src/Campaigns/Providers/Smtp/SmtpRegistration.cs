using Campaigns.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.Smtp;

static class SmtpRegistration
{
    public static void AddSmtp(this IServiceCollection services)
    {
        services.AddOptions<SmtpOptions>().BindConfiguration("Smtp");
        services.AddSingleton(provider => new SmtpProvider(
            provider.GetRequiredService<Credentials>().Find<SmtpCredentials>,
            provider.GetRequiredService<IOptions<SmtpOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
    }
}
