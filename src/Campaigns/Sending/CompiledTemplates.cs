using System.Collections.Concurrent;
using Campaigns.Authoring;
using Campaigns.Engine.Events;
using Campaigns.Planning;

namespace Campaigns.Sending;

/// <summary>Templates ready to be rendered, by version: a version never changes, so it is compiled once.</summary>
public sealed class CompiledTemplates(EventStore store)
{
    const int MostKept = 200;

    readonly ConcurrentDictionary<(string Tenant, Guid Template, long Version), CompiledTemplate> compiled = new();

    /// <summary>What the campaign says, in the version it was launched with.</summary>
    /// <exception cref="InvalidOperationException">The template does not compile; it was checked when it was saved.</exception>
    public async Task<CompiledTemplate> Of(string tenantId, Campaign campaign, CancellationToken ct)
    {
        var (templateId, version) = (campaign.Settings.TemplateId!.Value, campaign.TemplateVersion!.Value);
        var key = (tenantId, templateId, version);
        if (compiled.TryGetValue(key, out var known))
        {
            return known;
        }

        var template = await store.LoadAt<Template>(tenantId, templateId, version, ct);
        if (!TemplateRenderer.TryCompile(template.State.Content, out var usable, out var refusal))
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
