using Campaigns.Providers.SendGrid;
using Campaigns.Providers.Smtp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers;

static class EmailRegistration
{
    /// <summary>The one of the providers that is configured takes all e-mail.</summary>
    public static void ChooseEmailProvider(this IServiceCollection services)
    {
        services.AddOptions<EmailOptions>().BindConfiguration("Email");
        services.AddSingleton<IMessageProvider>(provider => provider.GetRequiredService<IOptions<EmailOptions>>().Value.Provider switch
        {
            EmailProvider.Smtp => provider.GetRequiredService<SmtpProvider>(),
            _ => provider.GetRequiredService<SendGridProvider>(),
        });
    }
}
