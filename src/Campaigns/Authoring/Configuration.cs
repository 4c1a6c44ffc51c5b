using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Authoring;

/// <summary>Templates, by version, and what they render to.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module.Stream<Template>("template", kept: true)
            .Event<TemplateCreated>("template_created")
            .Event<TemplateRevised>("template_revised")
            .Event<TemplateArchived>("template_archived");
        module.Command(typeof(CreateTemplateHandler), typeof(ReviseTemplateHandler), typeof(ArchiveTemplateHandler));
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        Templates.Map(api);
        CreateTemplateEndpoints.Map(api);
        ReviseTemplateEndpoints.Map(api);
        ArchiveTemplateEndpoints.Map(api);
        PreviewTemplateEndpoints.Map(api);
    }
}
