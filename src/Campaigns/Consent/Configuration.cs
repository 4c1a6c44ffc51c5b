using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Consent;

/// <summary>Who must not be written to: suppressions, links to unsubscribe, being forgotten.</summary>
static class Configuration
{
    const string Erased = "erased";

    public static void Add(ModuleBuilder module)
    {
        module.Stream<Suppression>("suppression")
            .Event<AddressSuppressed>("address_suppressed")
            .Event<AddressReinstated>("address_reinstated")
            .Event<AddressUnreachable>("address_unreachable")
            .Event<AddressReached>("address_reached");
        module
            .Mask<AddressSuppressed>(fact => fact with { Address = Erased })
            .Mask<AddressReinstated>(fact => fact with { Address = Erased, Why = Erased })
            .Inline(new SuppressionList())
            .Inline(new UnreachableAddresses())
            .Handle<EraseContact>("consent", typeof(EraseContactHandler))
            .Queue("consent", 2)
            .Command(typeof(SuppressAddressesHandler), typeof(AskToEraseHandler));
        module.Services.AddOptions<ConsentOptions>().BindConfiguration("Consent")
            .Validate(consent => consent.IsValid, "Consent:UnreachableAfter is 2 or more, and Consent:UnreachableWithin more than nothing").ValidateOnStart();
        module.Services.AddSingleton<UnsubscribeTokens>().AddSingleton<UnsubscribeLinks>();
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        SuppressAddressesEndpoints.Map(api);
        EraseContactEndpoints.Map(api);
    }
}
