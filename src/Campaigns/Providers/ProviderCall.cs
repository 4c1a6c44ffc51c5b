using System.Globalization;
using System.Net.Http.Headers;
using Campaigns.Recipients;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Providers;

/// <summary>A call to a provider over HTTP, and what is certain about the message however the call ends.</summary>
static class ProviderCall
{
    /// <summary>
    /// Registers the named client for the calls to a provider. Its connections are kept for the life of the process, and renewed now and then to follow
    /// the DNS. Nothing retries: a message that is sent again is a second message.
    /// </summary>
    public static void AddProviderClient(this IServiceCollection services, string name) =>
        services.AddHttpClient(name, http => http.Timeout = Timeout.InfiniteTimeSpan) // each call has its own limit
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
                handler.ConnectTimeout = TimeSpan.FromSeconds(10);
                handler.AllowAutoRedirect = false; // what a redirected POST comes to says nothing about the message
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan) // the clients live as long as the process
            .RemoveAllLoggers(); // four lines for each message otherwise

    /// <param name="provider">Its name in explanations.</param>
    /// <param name="limit">How long to wait. A message whose answer does not come is in doubt.</param>
    /// <param name="call">Lets through what <see cref="HttpClient"/> throws: it says whether anything was handed over.</param>
    public static async Task<SendResult> HandOver(
        string provider, TimeSpan limit, TimeProvider clock, Func<CancellationToken, Task<SendResult>> call, CancellationToken ct)
    {
        // Not ended by ct: a request that is out is worth the wait for its answer, which a cancelled one never gets.
        using var timeout = new CancellationTokenSource(limit, clock);
        try
        {
            return ct.IsCancellationRequested ? new SendResult.Stopped() : await call(timeout.Token);
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

    /// <summary>A call that changes nothing, or may be made again: whatever goes wrong, the provider could not be asked.</summary>
    /// <param name="call">Lets through what <see cref="HttpClient"/> throws.</param>
    /// <param name="unavailable">The result where no answer came, from why.</param>
    public static async Task<T> Ask<T>(
        string provider, TimeSpan limit, TimeProvider clock, Func<CancellationToken, Task<T>> call, Func<string, T> unavailable, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            return await call(either.Token);
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
