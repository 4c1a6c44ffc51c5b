using Campaigns.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

static class SendGridRegistration
{
    /// <summary>One client for the process: connections are kept and used again, and renewed now and then to follow the DNS.</summary>
    public static void AddSendGrid(this IServiceCollection services)
    {
        services.AddOptions<SendGridOptions>().BindConfiguration("SendGrid");
        services.AddSingleton(provider => new SendGridAccounts(
            provider.GetRequiredService<Credentials>().Find<SendGridCredentials>, provider.GetRequiredService<IOptions<SendGridOptions>>()));
        services.AddSingleton(provider => new SendGridProvider(
            new HttpClient(new SocketsHttpHandler
            {
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectTimeout = TimeSpan.FromSeconds(10),
                AllowAutoRedirect = false, // what a redirected POST comes to says nothing about the message
            })
            {
                Timeout = Timeout.InfiniteTimeSpan, // the provider has its own
            },
            provider.GetRequiredService<SendGridAccounts>(),
            provider.GetRequiredService<IOptions<SendGridOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
    }
}
