using Campaigns.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Limits;

/// <summary>How many messages may go, and when: limits shared by all nodes, delivery windows, the frequency cap, the rules of breakers.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module
            .Handle<ForgetPermits>("housekeeping", typeof(ForgetPermitsHandler))
            .Every("forget_permits", "0 * * * *", () => new ForgetPermits());
        module.Services.AddOptions<SendingOptions>().BindConfiguration("Sending");
        module.Services.AddSingleton<Permits>().AddSingleton<LimitMetrics>();
    }
}
