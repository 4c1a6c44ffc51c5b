using Campaigns.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

static class SendGridRegistration
{
    public static readonly AnswersFileCheck<SendGridOptions> AnswersFileCheck =
        new("SendGrid:AnswersFile", options => _ = new SendGridAnswers(options.AnswersFile));

    public static void AddSendGrid(this IServiceCollection services)
    {
        services.AddOptions<SendGridOptions>().BindConfiguration("SendGrid").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SendGridOptions>>(AnswersFileCheck);
        services.AddSingleton(provider => new SendGridAnswers(provider.GetRequiredService<IOptions<SendGridOptions>>().Value.AnswersFile));
        services.AddSingleton<SendGridEvents>();
        services.AddSingleton(provider => new SendGridAccounts(
            provider.GetRequiredService<Credentials>().Find<SendGridCredentials>, provider.GetRequiredService<IOptions<SendGridOptions>>()));
        services.AddSingleton(provider => new SendGridApi(
            ProviderCall.NewClient(), provider.GetRequiredService<SendGridAccounts>(), provider.GetRequiredService<IOptions<SendGridOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SendGridSuppressions>();
        services.AddSingleton(provider => new SendGridProvider(
            ProviderCall.NewClient(), provider.GetRequiredService<SendGridApi>(), provider.GetRequiredService<SendGridAccounts>(),
            provider.GetRequiredService<SendGridAnswers>(), provider.GetRequiredService<IOptions<SendGridOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
    }
}
