using Campaigns.Audience;
using Campaigns.Authoring;
using Campaigns.Engine;
using Campaigns.Http;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns;

/// <summary>Every stream, handler, projection and endpoint of the application: reading this list is reading what it can do.</summary>
public static class CampaignsModule
{
    public static void Setup(EngineSetup engine)
    {
        engine.Migrations(typeof(CampaignsModule).Assembly);

        // Tenancy
        engine.Stream("organisation", Organisation.Initial, (state, fact) => state.Apply(fact), snapshot: true)
            .Event<OrganisationCreated>("organisation_created")
            .Event<OrganisationSettingsChanged>("organisation_settings_changed");

        // Audience
        engine.Stream("import", Import.Initial, (state, fact) => state.Apply(fact), snapshot: true)
            .Event<ImportStarted>("import_started")
            .Event<ImportProgressed>("import_progressed")
            .Event<ImportCompleted>("import_completed")
            .Event<ImportFailed>("import_failed");

        // Authoring
        engine.Stream("template", Template.Initial, (state, fact) => state.Apply(fact), snapshot: true)
            .Event<TemplateCreated>("template_created")
            .Event<TemplateRevised>("template_revised")
            .Event<TemplateArchived>("template_archived");
    }

    public static IServiceCollection AddCampaigns(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<ApiRequest>();
        services.AddSingleton<ApiKeys>();
        services.Configure<JsonOptions>(options => ApiJson.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddExceptionHandler<BadRequestHandler>();
        services.AddProblemDetails();
        services.AddOpenApi("v1");
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddAuthorization();
        return services;
    }

    /// <summary>The HTTP API and the webhooks.</summary>
    public static void MapCampaigns(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<IdempotencyMiddleware>();
        app.MapOpenApi();

        var api = app.MapGroup("/api/v1").RequireAuthorization();
        OrganisationSettingsEndpoints.Map(api);

        // Audience
        ImportContactsEndpoint.Map(api);
        ImportReportEndpoints.Map(api);
        ContactLists.Map(api);
        CreateListEndpoint.Map(api);
        DeleteListEndpoint.Map(api);
        AddListMembersEndpoint.Map(api);
        Contacts.Map(api);
        CreateContactEndpoint.Map(api);
        ChangeContactEndpoint.Map(api);

        // Authoring
        Templates.Map(api);
        CreateTemplate.Map(api);
        ReviseTemplate.Map(api);
        ArchiveTemplate.Map(api);
        PreviewTemplateEndpoints.Map(api);
    }
}
