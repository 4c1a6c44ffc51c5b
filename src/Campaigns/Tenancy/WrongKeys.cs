using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Campaigns.Http;
using Microsoft.Extensions.Options;

namespace Campaigns.Tenancy;

/// <summary>
/// Counts the wrong keys that come from an address. Nobody guesses a key; but each guess costs a look at the database. Keys that this node has
/// seen to be right are looked at all the same: who guesses behind a shared address does not shut the others out.
/// </summary>
public sealed class WrongKeys(IOptions<ApiOptions> options) : IDisposable
{
    const int MostRemembered = 10_000;

    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, bool> right = new(StringComparer.Ordinal);
    readonly PartitionedRateLimiter<string> wrong = PartitionedRateLimiter.Create<string, string>(address => options.Value.WrongKeysPerMinute == 0
        ? RateLimitPartition.GetNoLimiter("")
        : RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = options.Value.WrongKeysPerMinute, Window = Window,
        }));

    /// <summary>How long no key that is not known to be right is looked at, from this address; null where it is.</summary>
    public TimeSpan? BlockedFor(IPAddress? from, string fingerprint)
    {
        if (right.ContainsKey(fingerprint))
        {
            return null;
        }

        using var lease = wrong.AttemptAcquire(Name(from), permitCount: 0);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : Window;
    }

    /// <summary>A key was looked at.</summary>
    public void Note(IPAddress? from, string fingerprint, bool isRight)
    {
        if (!isRight)
        {
            right.TryRemove(fingerprint, out _);
            wrong.AttemptAcquire(Name(from)).Dispose();
        }
        else if (right.Count < MostRemembered)
        {
            right[fingerprint] = true;
        }
    }

    public void Dispose() => wrong.Dispose();

    // Whoever has one address of version 6 has the 2^64 beside it.
    static string Name(IPAddress? from) => from switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => from.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(from.GetAddressBytes().AsSpan(0, 8)),
        _ => from.ToString(),
    };
}
