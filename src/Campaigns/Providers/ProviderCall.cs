using System.Globalization;
using System.Net.Http.Headers;
using Campaigns.Recipients;

namespace Campaigns.Providers;

/// <summary>A call to a provider over HTTP, and what is certain about the message however the call ends.</summary>
static class ProviderCall
{
    /// <summary>One client for the process: connections are kept and used again, and renewed now and then to follow the DNS.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        AllowAutoRedirect = false, // what a redirected POST comes to says nothing about the message
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // each call has its own
    };

    /// <param name="provider">Its name in explanations.</param>
    /// <param name="limit">How long to wait. A message whose answer does not come is in doubt.</param>
    public static async Task<SendResult> HandOver(
        HttpClient http, HttpRequestMessage request, string provider, TimeSpan limit, TimeProvider clock,
        Func<HttpResponseMessage, CancellationToken, Task<SendResult>> read, CancellationToken ct)
    {
        // Not ended by ct: a request that is out is worth the wait for its answer, which a cancelled one never gets.
        using var timeout = new CancellationTokenSource(limit, clock);
        try
        {
            if (ct.IsCancellationRequested)
            {
                return new SendResult.Stopped();
            }

            using var response = await http.SendAsync(request, timeout.Token);
            return await read(response, timeout.Token);
        }
        catch (HttpRequestException error) when (NeverConnected(error))
        {
            return new SendResult.Refused(FailureCategory.Temporary, "unreachable", $"{provider} cannot be reached ({error.HttpRequestError})");
        }
        catch (HttpRequestException error)
        {
            return new SendResult.InDoubt($"The connection to {provider} broke before its answer ({error.HttpRequestError})");
        }
        catch (OperationCanceledException error) when (error.InnerException is TimeoutException && !timeout.IsCancellationRequested)
        {
            return new SendResult.Refused(FailureCategory.Temporary, "unreachable", $"{provider} cannot be reached (no connection in time)");
        }
        catch (OperationCanceledException)
        {
            return new SendResult.InDoubt($"{provider} did not answer within {limit.TotalSeconds:0} s");
        }
    }

    /// <summary>A call that changes nothing: whatever goes wrong, the provider could not be asked.</summary>
    /// <param name="unavailable">The result where no answer came, from why.</param>
    public static async Task<T> Ask<T>(
        HttpClient http, HttpRequestMessage request, string provider, TimeSpan limit, TimeProvider clock,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read, Func<string, T> unavailable, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return await read(response, either.Token);
        }
        catch (HttpRequestException error)
        {
            return unavailable($"{provider} cannot be reached ({error.HttpRequestError})");
        }
        catch (OperationCanceledException)
        {
            return unavailable(ct.IsCancellationRequested ? SendResult.Stopped.Why : $"{provider} did not answer within {limit.TotalSeconds:0} s");
        }
    }

    /// <summary>How long an answer asks to wait, in either of the headers that say so.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var wait = headers.RetryAfter is { } header ? header.Delta ?? header.Date - now
            : headers.TryGetValues("X-RateLimit-Reset", out var reset)
                && long.TryParse(reset.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) - now
            : null;
        return wait > TimeSpan.Zero ? wait : null; // past by our clock: theirs may be behind
    }

    static bool NeverConnected(HttpRequestException error) => error.HttpRequestError
        is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
        or HttpRequestError.ProxyTunnelError;
}
