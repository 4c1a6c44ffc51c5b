using System.Collections.Concurrent;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Authoring.Rendering;

/// <summary>Templates ready to be rendered, by version: a version never changes, so it is compiled once.</summary>
public sealed class CompiledTemplates(IDocumentStore store)
{
    const int MostKept = 200;

    readonly ConcurrentDictionary<(string Tenant, Guid Template, long Version), CompiledTemplate> compiled = new();

    /// <summary>What a version of a template says.</summary>
    /// <exception cref="InvalidOperationException">The template does not compile; it was checked when it was saved.</exception>
    public async Task<CompiledTemplate> Of(string tenantId, Guid templateId, long version, CancellationToken ct)
    {
        var key = (tenantId, templateId, version);
        if (compiled.TryGetValue(key, out var known))
        {
            return known;
        }

        var template = await store.LoadAt<Template>(tenantId, templateId, version, ct)
            ?? throw new InvalidOperationException($"There is no template {templateId} at version {version}.");
        if (!TemplateRenderer.TryCompile(template.Content, out var usable, out var refusal))
        {
            throw new InvalidOperationException(refusal.Explanation);
        }

        if (compiled.Count >= MostKept)
        {
            compiled.Clear(); // campaigns under way are few: the next batch of each compiles anew
        }

        return compiled[key] = usable;
    }
}
