using Microsoft.Extensions.Configuration;

namespace Campaigns.Http;

/// <summary>
/// Where the world reaches this server, for links in messages: the setting <c>PublicUrl</c>. A server does not know by itself what stands before it.
/// </summary>
public sealed class PublicUrl(IConfiguration configuration)
{
    /// <summary>The address of something of ours as the world sees it; null where the setting is missing or no address.</summary>
    /// <param name="path">Without a slash in front: the setting may end in a path of its own.</param>
    public Uri? Of(string path) =>
        configuration["PublicUrl"] is { Length: > 0 } setting && Uri.TryCreate(setting.TrimEnd('/') + '/', UriKind.Absolute, out var here)
            && (here.Scheme == Uri.UriSchemeHttps || here.Scheme == Uri.UriSchemeHttp)
                ? new Uri(here, path)
                : null;
}
