using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

static class SendGridRegistration
{
    /// <summary>One client for the process: connections are kept and used again, and renewed now and then to follow the DNS.</summary>
    public static void AddSendGrid(this IServiceCollection services)
    {
        services.AddOptions<SendGridOptions>().BindConfiguration("SendGrid").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SendGridOptions>, SendGridOptionsCheck>();
        services.AddSingleton(provider => new SendGridAnswers(provider.GetRequiredService<IOptions<SendGridOptions>>().Value.AnswersFile));
        services.AddSingleton<SendGridEvents>();
        services.AddSingleton<IMessageProvider>(provider => new SendGridProvider(
            new HttpClient(new SocketsHttpHandler
            {
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectTimeout = TimeSpan.FromSeconds(10),
                AllowAutoRedirect = false, // what a redirected POST comes to says nothing about the message
            })
            {
                Timeout = Timeout.InfiniteTimeSpan, // the provider has its own
            },
            provider.GetRequiredService<IOptions<SendGridOptions>>(),
            provider.GetRequiredService<SendGridAnswers>(),
            provider.GetRequiredService<TimeProvider>()));
    }
}
