using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Senders;

/// <summary>In whose name an organisation writes: identities, verification, warm-up, health.</summary>
static class Configuration
{
    const string Erased = "erased";

    public static void Add(ModuleBuilder module)
    {
        module.Stream<Sender>("sender", kept: true)
            .Event<SenderAdded>("sender_added")
            .Event<SenderChanged>("sender_changed")
            .Event<SenderConfirmationAsked>("sender_confirmation_asked")
            .Event<SenderVerified>("sender_verified")
            .Event<SenderPaused>("sender_paused")
            .Event<SenderResumed>("sender_resumed")
            .Event<SenderRetired>("sender_retired");
        module
            .Store(store => store.Schema.For<Sender>().IgnoreIndex("mt_doc_sender_by_email").IgnoreIndex("mt_doc_sender_by_confirmation"))
            .Mask<SenderAdded>(fact => fact with { Settings = Forget(fact.Settings) })
            .Mask<SenderChanged>(fact => fact with { Settings = Forget(fact.Settings) })
            .Mask<SenderPaused>(fact => fact with { Reason = Erased })
            .Command(
                typeof(AddSenderHandler), typeof(ChangeSenderHandler), typeof(PauseSenderHandler), typeof(VerifySenderHandler), typeof(ConfirmSenderHandler))
            .Handle<CheckSenderHealth>("planning", typeof(CheckSenderHealthHandler));
        module.Services.AddOptions<SendersOptions>().BindConfiguration("Senders");
        module.Services.AddSingleton<SenderHealths>();
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        SenderDirectory.Map(api);
        AddSenderEndpoints.Map(api);
        ChangeSenderEndpoints.Map(api);
        VerifySenderEndpoints.Map(api);
        PauseSenderEndpoints.Map(api);
        ConfirmSenderEndpoints.Map(app);
    }

    static SenderSettings Forget(SenderSettings settings) =>
        settings with { Name = Erased, Email = null, ReplyTo = null, Owner = null, Phone = null };
}
