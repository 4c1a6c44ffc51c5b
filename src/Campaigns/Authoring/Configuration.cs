using Campaigns.Authoring.Formulas;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Authoring;

/// <summary>Templates and formulas, by version, and what comes of them.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module.Stream<Template>("template", kept: true)
            .Event<TemplateCreated>("template_created")
            .Event<TemplateRevised>("template_revised")
            .Event<TemplateArchived>("template_archived");
        module.Stream<Formula>("formula", kept: true)
            .Event<FormulaCreated>("formula_created")
            .Event<FormulaRevised>("formula_revised")
            .Event<FormulaArchived>("formula_archived");
        module.Command(
            typeof(CreateTemplateHandler), typeof(ReviseTemplateHandler), typeof(ArchiveTemplateHandler),
            typeof(CreateFormulaHandler), typeof(ReviseFormulaHandler), typeof(ArchiveFormulaHandler));
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        Templates.Map(api);
        CreateTemplateEndpoints.Map(api);
        ReviseTemplateEndpoints.Map(api);
        ArchiveTemplateEndpoints.Map(api);
        PreviewTemplateEndpoints.Map(api);
        FormulaDirectory.Map(api);
        CreateFormulaEndpoints.Map(api);
        ReviseFormulaEndpoints.Map(api);
        ArchiveFormulaEndpoints.Map(api);
        PreviewFormulaEndpoints.Map(api);
    }
}
