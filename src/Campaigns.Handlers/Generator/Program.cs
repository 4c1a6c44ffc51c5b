using Campaigns;
using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Model;
using Wolverine;

// Writes the code between Wolverine and the handlers into a folder: for a process with workers and for one without, which handle webhooks differently.
// No database is asked.
foreach (var workers in new[] { true, false })
{
    var builder = WebApplication.CreateBuilder();
    builder.Logging.ClearProviders();
    CampaignsModule.Add(builder, "Host=nowhere", handlers: null, workers);
    builder.Services.ConfigureWolverine(wolverine =>
    {
        wolverine.CodeGeneration.GeneratedCodeOutputPath = args[0];
        wolverine.CodeGeneration.SourceCodeWritingEnabled = true;
    });
    await using var host = builder.Build();
    new DynamicCodeBuilder(host.Services, [.. host.Services.GetServices<ICodeFileCollection>()])
    {
        ServiceVariableSource = host.Services.GetRequiredService<IServiceVariableSource>(),
    }.WriteGeneratedCode(_ => { });
}
