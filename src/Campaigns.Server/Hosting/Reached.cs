using System.Net;
using Campaigns.Http;
using Microsoft.AspNetCore.CookiePolicy;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;

namespace Campaigns.Server.Hosting;

/// <summary>
/// How the world reaches this server: by which names, over https or not, and through which proxies. Whatever a request says about that itself counts only
/// where it is configured.
/// </summary>
static class Reached
{
    /// <summary>The names by which a browser or a program at this machine finds it.</summary>
    static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    static readonly char[] Separators = [',', ';', ' '];

    /// <param name="isPrivate">A private stack, which nobody but this machine knows as long as it listens nowhere else.</param>
    public static void AddReached(this WebApplicationBuilder builder, bool isPrivate)
    {
        var configuration = builder.Configuration;
        if (Names(configuration, isPrivate) is { } names)
        {
            builder.Services.Configure<HostFilteringOptions>(options => options.AllowedHosts = names);
        }

        builder.Services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, HealthByAnyName>()); // before names are looked at
        if (Known(configuration) is { } known)
        {
            builder.Services.Configure<ForwardedHeadersOptions>(options => Trust(options, known, configuration.GetValue("ForwardedHeaders:Limit", 1)));
        }

        builder.Services.AddHsts(options => options.MaxAge = TimeSpan.FromDays(365));
    }

    /// <summary>To come before whatever looks at the address or scheme of a request.</summary>
    public static void UseReached(this WebApplication app)
    {
        if (Known(app.Configuration) is not null)
        {
            app.UseForwardedHeaders();
        }

        app.Use((http, next) =>
        {
            http.Response.OnStarting(KeepRedirectsHere, http);
            return next(http);
        });
        if (PublicUrl(app.Configuration) is not { } url || url.Scheme != Uri.UriSchemeHttps)
        {
            return;
        }

        // Whoever asks for the public name came over https, and what stands before the server took the encryption off, whether it says so or not.
        app.Use((http, next) =>
        {
            if (http.Request.Host.Host.Equals(url.Host, StringComparison.OrdinalIgnoreCase))
            {
                http.Request.Scheme = Uri.UriSchemeHttps;
            }

            return next(http);
        });
        app.UseHsts();
        app.UseCookiePolicy(new CookiePolicyOptions { Secure = CookieSecurePolicy.Always });
    }

    /// <summary>Where a program at this machine finds the server: what listens everywhere has no name that could be called.</summary>
    public static Uri Here(string url)
    {
        var address = new Uri(url);
        return IPAddress.TryParse(address.Host, out var host) && (host.Equals(IPAddress.Any) || host.Equals(IPAddress.IPv6Any))
            ? new UriBuilder(address) { Host = IPAddress.Loopback.ToString() }.Uri
            : address;
    }

    /// <returns>The names that requests may be for; null where anything goes, or the framework's own setting says it.</returns>
    static string[]? Names(ConfigurationManager configuration, bool isPrivate)
    {
        if (!string.IsNullOrWhiteSpace(configuration["AllowedHosts"]))
        {
            return null;
        }

        return PublicUrl(configuration) is { } url ? [url.HostNameType == UriHostNameType.IPv6 ? $"[{url.IdnHost}]" : url.IdnHost, .. Loopback]
            : isPrivate && ListensHereOnly(configuration) ? Loopback
            : null;
    }

    static bool ListensHereOnly(ConfigurationManager configuration) => !configuration.GetSection("Kestrel:Endpoints").Exists()
        && (configuration["Urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
            .All(url => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.IsLoopback);

    static Uri? PublicUrl(IConfiguration configuration) => new PublicUrl(configuration).Of("");

    /// <returns>The proxies whose word counts; null where there is none.</returns>
    /// <exception cref="StartException">A setting is neither an address nor a network.</exception>
    static System.Net.IPNetwork[]? Known(IConfiguration configuration) =>
        (configuration["ForwardedHeaders:Known"] ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } known
            ? [.. known.Select(Network)]
            : null;

    static System.Net.IPNetwork Network(string one) =>
        System.Net.IPNetwork.TryParse(one, out var network) ? network
        : IPAddress.TryParse(one, out var address) ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new StartException($"ForwardedHeaders:Known has '{one}', which is neither an address, as 10.0.0.7, nor a network, as 10.0.0.0/8.");

    static void Trust(ForwardedHeadersOptions options, System.Net.IPNetwork[] known, int limit)
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        options.ForwardLimit = limit;
        options.KnownProxies.Clear(); // the framework's own take the word of everybody on this machine
        options.KnownIPNetworks.Clear();
        foreach (var network in known)
        {
            options.KnownIPNetworks.Add(network);
        }
    }

    /// <summary>
    /// The framework makes redirects of the name that the caller gave. Without it they lead to the same place, whatever that name was, and whatever a cache
    /// in between makes of them.
    /// </summary>
    static Task KeepRedirectsHere(object state)
    {
        var http = (HttpContext)state;
        var location = http.Response.Headers.Location.ToString();
        var here = $"{http.Request.Scheme}://{http.Request.Host}/";
        if (location.StartsWith(here, StringComparison.OrdinalIgnoreCase))
        {
            http.Response.Headers.Location = "/" + location[here.Length..].TrimStart('/', '\\'); // with two slashes it would lead elsewhere
        }

        return Task.CompletedTask;
    }

    /// <summary>A load balancer asks each node by its address for <c>/health</c>, and that is none of the names. The answer names nothing.</summary>
    sealed class HealthByAnyName : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, next) =>
            {
                if (http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                {
                    http.Request.Host = default;
                }

                return next(http);
            });
            next(app);
        };
    }
}
