using Campaigns.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Tenancy;

/// <summary>Organisations, their settings, their keys, their credentials at providers.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module.Stream<Organisation>("organisation", kept: true)
            .Event<OrganisationCreated>("organisation_created")
            .Event<OrganisationSettingsChanged>("organisation_settings_changed");
        module.Stream<ProviderCredentials>("provider_credentials")
            .Event<CredentialsSet>("credentials_set")
            .Event<CredentialsRemoved>("credentials_removed");
        module.Command(typeof(OrganisationHandler));
        module.Services.AddSingleton<ApiKeys>().AddSingleton<Credentials>();
        module.Services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        module.Services.AddAuthorization();
        module.Services.AddOptions<SecretsOptions>().BindConfiguration("Secrets")
            .Validate(secrets => secrets.IsValid, "Secrets:Key and each of Secrets:PreviousKeys is base64 of 32 bytes: openssl rand -base64 32").ValidateOnStart();
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app) => OrganisationSettingsEndpoints.Map(api);
}
