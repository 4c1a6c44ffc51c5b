using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Campaigns.Server.Hosting;
using Campaigns.Storage.Schema;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Benchmarks;

/// <summary>From the start of the server's process, on a migrated database, to its first page answered. Raw: a program that does nothing.</summary>
static class Starting
{
    public const string Role = "nothing";

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task Run(Bench bench)
    {
        var connectionString = await bench.NewDatabase();
        using (var host = await Bench.Application(connectionString, workers: false))
        {
            // Migrated.
        }

        await Bench.Median("start", "ms", () => Server(connectionString), Nothing);
    }

    static async Task<double> Server(string connectionString)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo(Companion.Dotnet)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { typeof(Stack).Assembly.Location, "serve" },
            Environment =
            {
                ["ConnectionStrings__Campaigns"] = connectionString,
                ["Urls"] = address.ToString(),
                ["SendGrid__ApiKey"] = "SG.benchmark",
                ["Serilog__MinimumLevel__Default"] = "Warning",
            },
        };
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = true });
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            while (!await Answers(http, address))
            {
                if (process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
                {
                    throw new InvalidOperationException("The server does not answer.");
                }

                await Task.Delay(5);
            }

            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            await Task.WhenAll(output, errors);
        }
    }

    static async Task<bool> Answers(HttpClient http, Uri page)
    {
        try
        {
            using var answer = await http.GetAsync(page);
            answer.EnsureSuccessStatusCode();
            return true;
        }
        catch (HttpRequestException error) when (error.StatusCode is null)
        {
            return false; // nobody listens yet
        }
    }

    static async Task<double> Nothing()
    {
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(Companion.Dotnet) { ArgumentList = { typeof(Starting).Assembly.Location, Role } })!;
        await process.WaitForExitAsync();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
