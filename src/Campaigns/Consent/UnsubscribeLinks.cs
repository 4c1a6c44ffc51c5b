using Campaigns.Authoring.Rendering;
using Campaigns.Http;

namespace Campaigns.Consent;

/// <summary>Where one click unsubscribes a recipient (RFC 8058).</summary>
public sealed class UnsubscribeLinks(UnsubscribeTokens tokens, PublicUrl publicUrl)
{
    /// <summary>For a message to no recipient of a campaign, as a test is; null where the server lacks <c>PublicUrl</c>.</summary>
    public Uri? Example => publicUrl.Of(Footer.ExamplePath);

    /// <summary>Null where the server lacks <c>PublicUrl</c> or <c>Secrets:Key</c>.</summary>
    public Uri? For(string tenantId, Guid recipient) =>
        tokens.Make(tenantId, recipient) is { } token ? publicUrl.Of($"u/{token}") : null;
}
