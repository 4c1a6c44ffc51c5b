using Campaigns.Storage;
using Marten;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// Templates ready to be rendered, by version: a version never changes, so it is compiled once. Kept up to so many bytes; what was not used for the
/// longest time goes first, and costs milliseconds when it is needed again.
/// </summary>
public sealed class CompiledTemplates(IDocumentStore store)
{
    readonly KeptTemplates kept = new(64_000_000);

    /// <summary>What a version of a template says. One that is out is not held to what is asked of authors since.</summary>
    /// <exception cref="InvalidOperationException">The template does not compile; it was checked when it was saved.</exception>
    public async Task<CompiledTemplate> Of(string tenantId, Guid templateId, long version, CancellationToken ct)
    {
        var key = new TemplateVersion(tenantId, templateId, version);
        if (kept.Find(key) is { } known)
        {
            return known;
        }

        var template = await store.LoadAt<Template>(tenantId, templateId, version, ct)
            ?? throw new InvalidOperationException($"There is no template {templateId} at version {version}.");
        if (!TemplateRenderer.TryCompile(template.Content, out var usable, out var refusal, isSaved: true))
        {
            throw new InvalidOperationException(refusal.Explanation);
        }

        kept.Add(key, usable);
        return usable;
    }
}

readonly record struct TemplateVersion(string Tenant, Guid Template, long Version);

/// <summary>The templates that were used last, for any number of threads.</summary>
/// <param name="mostBytes">What they may take together. One that is larger than that is not kept.</param>
sealed class KeptTemplates(long mostBytes)
{
    readonly Lock gate = new();
    readonly LinkedList<(TemplateVersion Key, CompiledTemplate Template)> byUse = new(); // the last one used is the first
    readonly Dictionary<TemplateVersion, LinkedListNode<(TemplateVersion Key, CompiledTemplate Template)>> byKey = [];

    /// <summary>What the kept ones take together.</summary>
    public long Bytes { get; private set; }

    public CompiledTemplate? Find(TemplateVersion key)
    {
        lock (gate)
        {
            if (!byKey.TryGetValue(key, out var node))
            {
                return null;
            }

            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value.Template;
        }
    }

    public void Add(TemplateVersion key, CompiledTemplate template)
    {
        lock (gate)
        {
            if (byKey.ContainsKey(key) || template.Bytes > mostBytes)
            {
                return;
            }

            byKey[key] = byUse.AddFirst((key, template));
            Bytes += template.Bytes;
            while (Bytes > mostBytes)
            {
                var (oldest, unused) = byUse.Last!.Value;
                byUse.RemoveLast();
                byKey.Remove(oldest);
                Bytes -= unused.Bytes;
            }
        }
    }
}
