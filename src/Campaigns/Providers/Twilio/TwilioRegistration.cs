using Campaigns.Http;
using Campaigns.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.Twilio;

static class TwilioRegistration
{
    public static readonly AnswersFileCheck<TwilioOptions> AnswersFileCheck =
        new("Twilio:AnswersFile", options => _ = new TwilioAnswers(options.AnswersFile));

    public static void AddTwilio(this IServiceCollection services)
    {
        services.AddOptions<TwilioOptions>().BindConfiguration("Twilio").ValidateOnStart();
        services.AddSingleton<IValidateOptions<TwilioOptions>>(AnswersFileCheck);
        services.AddSingleton(provider => new TwilioAnswers(provider.GetRequiredService<IOptions<TwilioOptions>>().Value.AnswersFile));
        services.AddSingleton<TwilioEvents>();
        services.AddSingleton(provider => new TwilioAccounts(
            provider.GetRequiredService<Credentials>().Find<TwilioCredentials>, provider.GetRequiredService<IOptions<TwilioOptions>>()));
        services.AddSingleton<IMessageProvider>(provider => new TwilioProvider(
            ProviderCall.NewClient(), provider.GetRequiredService<TwilioAccounts>(), provider.GetRequiredService<IOptions<TwilioOptions>>(),
            provider.GetRequiredService<PublicUrl>(), provider.GetRequiredService<TwilioAnswers>(), provider.GetRequiredService<TimeProvider>()));
    }
}
