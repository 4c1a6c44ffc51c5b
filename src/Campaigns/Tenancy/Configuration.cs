using Campaigns.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
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
            .Event<OrganisationSettingsChanged>("organisation_settings_changed")
            .Event<ApiKeyIssued>("api_key_issued")
            .Event<ApiKeyRevoked>("api_key_revoked");
        module.Stream<ProviderCredentials>("provider_credentials")
            .Event<CredentialsSet>("credentials_set")
            .Event<CredentialsRemoved>("credentials_removed");
        module
            .Command(typeof(OrganisationHandler))
            .Command(typeof(IssueApiKeyHandler))
            .Command(typeof(RevokeApiKeyHandler))
            .Handle<ForgetSupersededCredentials>("housekeeping", typeof(ForgetSupersededCredentialsHandler))
            .Every("forget_superseded_credentials", "0 * * * *", () => new ForgetSupersededCredentials());
        module.Services.AddSingleton<WrongKeys>().AddSingleton<ApiKeys>().AddSingleton<Credentials>();
        module.Services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        module.Services.AddSingleton<IAuthorizationHandler, ScopeHandler>();
        module.Services.AddAuthorization(options =>
            options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireScope().Build());
        module.Services.AddOptions<SecretsOptions>().BindConfiguration("Secrets")
            .Validate(secrets => secrets.IsValid, "Secrets:Key and each of Secrets:PreviousKeys is base64 of 32 bytes: openssl rand -base64 32").ValidateOnStart();
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        OrganisationSettingsEndpoints.Map(api);
        ApiKeys.Map(api);
        IssueApiKeyEndpoint.Map(api);
        RevokeApiKeyEndpoint.Map(api);
    }
}
