using System.Collections.Concurrent;
using System.Text;
using Campaigns.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Campaigns.Server.Tests.Running;

[Collection("running")]
public sealed class sending_metrics_away(PostgresFixture postgres)
{
    const string Secret = "a-right-that-a-link-gives";

    const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task happens_where_somebody_takes_them()
    {
        await using var collector = await Collector.Start();
        await using var server = await ServerProcess.Start(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Campaigns"] = await postgres.NewDatabase(), ["Urls"] = "http://127.0.0.1:0", ["Sandbox:Enabled"] = "true", ["Sandbox:Url"] = "http://127.0.0.1:0",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address.ToString(), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });
        using var http = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/unsubscribe/{Secret}?{Secret}");
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        (await http.SendAsync(request)).Dispose();

        // A name has its length before it.
        await collector.Gets("metrics", "\n\tCampaigns");
        await collector.Gets("metrics", "campaigns.node.ready");
        await collector.Gets("metrics", "campaigns.clock.offset");
        await collector.Gets("metrics", "dotnet.gc.heap.total_allocated");
        await collector.Gets("metrics", "http.server.request.duration");
        await collector.Gets("metrics", "db.client.operation.duration");
        await collector.Gets("traces", Encoding.Latin1.GetString(Convert.FromHexString(Trace)));
        collector.Got("traces", "http.request.method").ShouldBeTrue();
        collector.Got("traces", Secret).ShouldBeFalse();
        collector.Got("metrics", "tenant.id").ShouldBeFalse();
        collector.Got("metrics", "Password=").ShouldBeFalse();
    }

    [Theory]
    [InlineData("", null, false, false)]
    [InlineData("http://127.0.0.1:4318", null, true, true)]
    [InlineData("http://127.0.0.1:4318", "none", true, false)]
    public async Task costs_nothing_where_nobody_does(string endpoint, string? traces, bool metered, bool traced)
    {
        var builder = Stack.NewBuilder([], new Dictionary<string, string?> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint, ["OTEL_TRACES_EXPORTER"] = traces });
        await using var app = Stack.Build(builder, await postgres.NewDatabase(), new DashboardOptions(null, null), workers: false);
        (app.Services.GetService<MeterProvider>() is not null).ShouldBe(metered);
        (app.Services.GetService<TracerProvider>() is not null).ShouldBe(traced);
    }

    /// <summary>Takes what is sent by OTLP over HTTP, and keeps it.</summary>
    sealed class Collector : IAsyncDisposable
    {
        readonly WebApplication app;
        readonly ConcurrentQueue<(string Signal, string Text)> bodies = [];
        readonly SemaphoreSlim came = new(0);

        Collector(WebApplication app)
        {
            this.app = app;
            app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                bodies.Enqueue((signal, Encoding.Latin1.GetString(body.ToArray())));
                came.Release();
                return Results.Bytes([], "application/x-protobuf");
            });
        }

        public Uri Address => new(app.Urls.Single());

        public static async Task<Collector> Start()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var collector = new Collector(builder.Build());
            await collector.app.StartAsync();
            return collector;
        }

        public bool Got(string signal, string text) => bodies.Any(body => body.Signal == signal && body.Text.Contains(text, StringComparison.Ordinal));

        public async Task Gets(string signal, string text)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!Got(signal, text))
            {
                await came.WaitAsync(patience.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            came.Dispose();
        }
    }
}
