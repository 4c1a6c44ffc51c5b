using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Campaigns.Providers.SendGrid;

namespace Campaigns.Benchmarks;

/// <summary>
/// The provider's side, in a process of its own: takes requests signed in advance, a line each, and at an empty line posts them, four at a time,
/// and answers how many milliseconds each took.
/// </summary>
static class WebhookPoster
{
    public const string Role = "post";

    public const int AtOnce = 4;

    public static async Task Run(Uri address)
    {
        using var http = new HttpClient();
        var requests = new List<string[]>();
        while (Console.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                requests.Add(line.Split(' ', 3));
                continue;
            }

            var times = new ConcurrentBag<double>();
            await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (request, ct) =>
            {
                using var post = Signed(address, request);
                var started = Stopwatch.GetTimestamp();
                using var answer = await http.SendAsync(post, ct);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                answer.EnsureSuccessStatusCode();
            });
            Console.WriteLine(string.Join(' ', times.Select(time => time.ToString(CultureInfo.InvariantCulture))));
            requests.Clear();
        }
    }

    /// <summary>A request as it is told.</summary>
    public static string Line(string signature, string timestamp, string body) => $"{signature} {timestamp} {body}";

    static HttpRequestMessage Signed(Uri address, string[] line)
    {
        var post = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(line[2], Encoding.UTF8, "application/json") };
        post.Headers.Add(SendGridSignature.SignatureHeader, line[0]);
        post.Headers.Add(SendGridSignature.TimestampHeader, line[1]);
        return post;
    }
}
