using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Campaigns.Server.Hosting;

/// <summary>
/// Sends metrics and traces to whoever takes OTLP, where the standard setting <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says who. Without it nothing of
/// OpenTelemetry runs, and instruments that nobody listens to measure nothing.
/// </summary>
static class Telemetry
{
    /// <summary>Those of the runtime, of ASP.NET Core and of the packages that we stand on, under the names that they give themselves.</summary>
    internal static readonly string[] Meters =
    [
        Metrics.MeterName, "Wolverine:*", "Marten", "Npgsql", "System.Runtime", "System.Net.Http", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
    ];

    static readonly string[] Sources = ["Microsoft.AspNetCore", "Wolverine", "Marten", "Npgsql"];

    /// <summary>Those of Wolverine's labels that do not name an organisation.</summary>
    static readonly string[] WolverineLabels = ["message.type", "message.destination", "message.handler", "exception.type", "messagestore"];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            Export(builder);
        }
    }

    static void Export(WebApplicationBuilder builder)
    {
        // What is set in the environment, such as OTEL_SERVICE_NAME, comes last and wins.
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource
            .AddService("campaigns", serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString())
            .AddEnvironmentVariableDetector());
        if (IsWanted(builder, "OTEL_METRICS_EXPORTER"))
        {
            telemetry.WithMetrics(metrics => metrics
                .AddMeter(Meters)
                .AddView(instrument => instrument.Meter.Name.StartsWith("Wolverine", StringComparison.Ordinal)
                    ? new MetricStreamConfiguration { TagKeys = WolverineLabels }
                    : null)
                .AddOtlpExporter());
        }

        if (IsWanted(builder, "OTEL_TRACES_EXPORTER"))
        {
            // Without it a request's span says nothing of the request.
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
            telemetry.WithTracing(traces => traces.AddSource(Sources).AddProcessor(new WithoutAddressesOfRequests()).AddOtlpExporter());
        }
    }

    /// <param name="exporter">The standard setting that names one for this kind of signals: <c>otlp</c>, or <c>none</c>.</param>
    static bool IsWanted(WebApplicationBuilder builder, string exporter) =>
        !string.Equals(builder.Configuration[exporter], "none", StringComparison.OrdinalIgnoreCase);

    /// <summary>As of the logs: addresses of requests hold what gives somebody a right, such as the links to unsubscribe.</summary>
    sealed class WithoutAddressesOfRequests : BaseProcessor<Activity>
    {
        static readonly string[] Addresses = ["url.path", "url.query", "url.full"];

        public override void OnEnd(Activity data)
        {
            foreach (var name in Addresses)
            {
                data.SetTag(name, null);
            }
        }
    }
}
