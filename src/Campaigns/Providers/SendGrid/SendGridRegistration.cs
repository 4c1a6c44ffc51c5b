using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

static class SendGridRegistration
{
    public static void AddSendGrid(this IServiceCollection services)
    {
        services.AddOptions<SendGridOptions>().BindConfiguration("SendGrid");
        services.AddSingleton<IMessageProvider>(provider => new SendGridProvider(
            ProviderCall.NewClient(), provider.GetRequiredService<IOptions<SendGridOptions>>(), provider.GetRequiredService<TimeProvider>()));
    }
}
