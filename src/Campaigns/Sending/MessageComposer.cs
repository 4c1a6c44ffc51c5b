using System.Collections.Concurrent;
using Campaigns.Authoring;
using Campaigns.Engine.Events;

namespace Campaigns.Sending;

/// <summary>Templates ready to be rendered, by version: a version never changes, so it is compiled once.</summary>
public sealed class MessageComposer(EventStore store)
{
    const int MostKept = 200;

    readonly ConcurrentDictionary<(string Tenant, Guid Template, long Version), CompiledTemplate> compiled = new();

    /// <exception cref="InvalidOperationException">The template does not compile; it was checked when it was saved.</exception>
    public async Task<CompiledTemplate> Template(string tenantId, Guid templateId, long version, CancellationToken ct)
    {
        var key = (tenantId, templateId, version);
        if (compiled.TryGetValue(key, out var known))
        {
            return known;
        }

        var template = await store.LoadAt<Template>(tenantId, templateId, version, ct);
        var result = TemplateRenderer.Compile(template.State.Content);
        if (compiled.Count >= MostKept)
        {
            compiled.Clear(); // campaigns under way are few: the next batch of each compiles anew
        }

        return compiled[key] = result.Template ?? throw new InvalidOperationException(result.Refusal!.Explanation);
    }
}
