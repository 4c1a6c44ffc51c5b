using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Http;

/// <summary>How much may be asked of the API: the section <c>Api</c>.</summary>
public sealed class ApiOptions
{
    /// <summary>By one key, on one node; as many at once, and as many again in the course of a minute. 0: any number.</summary>
    public int RequestsPerMinute { get; set; } = 6_000;

    /// <summary>With keys that are none, from one address, on one node; then no new key is looked at for the rest of the minute. 0: any number.</summary>
    public int WrongKeysPerMinute { get; set; } = 30;

    public bool IsValid => RequestsPerMinute >= 0 && WrongKeysPerMinute >= 0;
}

/// <summary>Endpoints whose requests are counted by the caller's key.</summary>
sealed class LimitedRequests;

/// <summary>
/// Keeps one key from taking a node for itself. Answers say how many requests are left in the fields of the IETF's draft
/// (draft-ietf-httpapi-ratelimit-headers): <c>RateLimit-Policy</c> and <c>RateLimit</c>; a refusal says when to come again.
/// </summary>
static class RequestLimit
{
    const string Policy = "requests";

    public static void Add(IServiceCollection services)
    {
        services.AddOptions<ApiOptions>().BindConfiguration("Api")
            .Validate(api => api.IsValid, "Api:RequestsPerMinute and Api:WrongKeysPerMinute are 0 or more").ValidateOnStart();
        services.AddSingleton(provider => Limiter(provider.GetRequiredService<IOptions<ApiOptions>>().Value.RequestsPerMinute));
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<PartitionedRateLimiter<HttpContext>>((options, limiter) =>
        {
            options.GlobalLimiter = limiter;
            options.OnRejected = Refuse;
        });
    }

    /// <summary>After the caller is known.</summary>
    public static void UseRequestLimit(this IApplicationBuilder app)
    {
        app.Use((http, next) =>
        {
            if (IsLimited(http))
            {
                http.Response.OnStarting(TellWhatIsLeft, http);
            }

            return next(http);
        });
        app.UseRateLimiter();
    }

    static PartitionedRateLimiter<HttpContext> Limiter(int perMinute)
    {
        var atOnce = Math.Max(1, perMinute / 60);
        return PartitionedRateLimiter.Create<HttpContext, string>(http => perMinute == 0 || !IsLimited(http)
            ? RateLimitPartition.GetNoLimiter("")
            : RateLimitPartition.GetTokenBucketLimiter(http.User.Key(), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perMinute,
                TokensPerPeriod = atOnce,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) * atOnce / perMinute,
            }));
    }

    static bool IsLimited(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<LimitedRequests>() is not null;

    static Task TellWhatIsLeft(object state)
    {
        var http = (HttpContext)state;
        var perMinute = http.RequestServices.GetRequiredService<IOptions<ApiOptions>>().Value.RequestsPerMinute;
        if (http.RequestServices.GetRequiredService<PartitionedRateLimiter<HttpContext>>().GetStatistics(http) is { } statistics)
        {
            http.Response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{Policy}\";q={perMinute};w=60");
            http.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{Policy}\";r={statistics.CurrentAvailablePermits}");
        }

        return Task.CompletedTask;
    }

    static async ValueTask Refuse(OnRejectedContext context, CancellationToken ct)
    {
        var http = context.HttpContext;
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        var perMinute = http.RequestServices.GetRequiredService<IOptions<ApiOptions>>().Value.RequestsPerMinute;
        await Problems.TooMany(
            http, wait, "too-many-requests",
            string.Create(CultureInfo.InvariantCulture, $"This key has made its {perMinute} requests of a minute; more come back all the time."))
            .ExecuteAsync(http);
    }
}
