using System.Globalization;
using Campaigns.Sandbox.Faults;
using Microsoft.AspNetCore.WebUtilities;

namespace Campaigns.Sandbox.Twilio;

/// <summary>
/// Posts callbacks, and again where the fragment of the address asks for that: by default once, and only when the receiver
/// cannot be connected to. A callback that nobody takes is lost.
/// </summary>
sealed class CallbackPoster(SandboxOptions options, FaultList faults, Backlog backlog, Callbacks callbacks) : IDisposable
{
    readonly HttpClient http = new(new SocketsHttpHandler
    {
        UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5),
    })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    public async Task Run(CancellationToken cancellationToken)
    {
        await foreach (var posts in callbacks.Posts.ReadAllAsync(cancellationToken))
        {
            foreach (var post in posts)
            {
                await Post(post, cancellationToken);
                backlog.Done(1);
            }
        }
    }

    public void Dispose() => http.Dispose();

    async Task Post(Callback post, CancellationToken cancellationToken)
    {
        var hash = post.Url.IndexOf('#', StringComparison.Ordinal);
        var url = hash < 0 ? post.Url : post.Url[..hash];
        var (retries, conditions) = Retries(hash < 0 ? "" : post.Url[(hash + 1)..]);
        var token = Guid.NewGuid().ToString();
        if (faults.Hit(FaultKind.BadSignature, MessageChannel.Sms, post.Message) is not null)
        {
            await Post(url, post.Form, Signature.Of(options.AuthToken + "?", url, post.Form), token, cancellationToken);
        }

        var signature = Signature.Of(options.AuthToken, url, post.Form);
        for (var attempt = 0; attempt <= retries; attempt++)
        {
            var failure = await Post(url, post.Form, signature, token, cancellationToken);
            if (failure is null)
            {
                post.Tally.Texts.Posted();
                return;
            }

            if (!conditions.Contains(failure) && !conditions.Contains("all"))
            {
                return;
            }
        }
    }

    /// <returns>Null where it was taken, otherwise Twilio's word for what went wrong.</returns>
    async Task<string?> Post(
        string url, Dictionary<string, string> form, string signature, string token, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(form) };
            request.Headers.UserAgent.ParseAdd("TwilioProxy/1.1");
            request.Headers.Add("X-Twilio-Signature", signature);
            request.Headers.Add("I-Twilio-Idempotency-Token", token);
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode ? null : (int)response.StatusCode >= 500 ? "5xx" : "4xx";
        }
        catch (HttpRequestException failure)
            when (failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            return "ct";
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return "rt";
        }
    }

    static (int Retries, string[] Conditions) Retries(string fragment)
    {
        var given = QueryHelpers.ParseQuery(fragment);
        var retries = int.TryParse(given.GetValueOrDefault("rc"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? Math.Min(count, 5)
            : 1;
        return (retries, given.TryGetValue("rp", out var conditions) ? conditions.ToString().Split(',') : ["ct"]);
    }
}
