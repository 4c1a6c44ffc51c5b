using System.Globalization;
using Campaigns.Storage;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Filters;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace Campaigns.Server.Hosting;

/// <summary>
/// What is logged, by Serilog: to standard output, as <c>Logs:Format</c> says, and wherever else the section <c>Serilog</c> of the configuration sends it.
/// </summary>
static class Logging
{
    const string Line = "{UtcTimestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Level:u4} {SourceContext}: {Message:lj}{NewLine}{Exception}";

    /// <summary>
    /// Sources that write the addresses of requests, ours and those that we make: below a warning they are not written, whatever level they have.
    /// </summary>
    static readonly string[] Talkative = ["Microsoft.AspNetCore", "Microsoft.Extensions.Http", "System.Net.Http"];

    /// <summary>Parts of them that write none.</summary>
    static readonly string[] Discreet =
    [
        "Microsoft.AspNetCore.Authentication", "Microsoft.AspNetCore.Authorization", "Microsoft.AspNetCore.DataProtection", "Microsoft.AspNetCore.Server.Kestrel",
    ];

    static readonly Func<LogEvent, bool> IsOfHost = Matching.FromSource("Microsoft.Extensions.Hosting.Internal.Host");

    public static void AddLogging(this WebApplicationBuilder builder) => builder.Services.AddSerilog(
        (services, logger) => logger
            .ReadFrom.Configuration(builder.Configuration)
            .WriteTo.Console(builder.Configuration.GetValue<LogFormat>("Logs:Format") == LogFormat.Json
                ? new RenderedCompactJsonFormatter()
                : new MessageTemplateTextFormatter(Line, CultureInfo.InvariantCulture))
            .Enrich.FromLogContext()
            .Enrich.With<WithoutAddresses>()
            // What stands in the way of the start is told by whoever called for it, in one line instead of a stack trace.
            .Filter.ByExcluding(@event => IsOfHost(@event) && !HasStarted(services))
            .Filter.ByExcluding(IsLostRace)
            .Filter.ByExcluding(IsOfAddresses),
        preserveStaticLogger: true);

    /// <summary>
    /// A line for each request: its route and not its path, which may hold what gives somebody a right, as the links to unsubscribe do. Failures are
    /// errors; the others are written when <c>Serilog:MinimumLevel:Override:Serilog.AspNetCore</c> is <c>Debug</c>.
    /// </summary>
    public static void UseRequestLog(this WebApplication app) => app.UseSerilogRequestLogging(options =>
    {
        options.Logger = app.Services.GetRequiredService<Serilog.ILogger>();
        options.GetLevel = (context, _, error) =>
            error is not null || context.Response.StatusCode >= StatusCodes.Status500InternalServerError ? LogEventLevel.Error : LogEventLevel.Debug;
        options.MessageTemplate = "{RequestMethod} {Route} answered {StatusCode} in {Elapsed:0.0} ms";
        options.GetMessageTemplateProperties = (context, _, elapsed, status) =>
        [
            new("RequestMethod", new ScalarValue(context.Request.Method)),
            new("Route", new ScalarValue((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)")),
            new("StatusCode", new ScalarValue(status)),
            new("Elapsed", new ScalarValue(elapsed)),
        ];
    });

    /// <summary>Somebody was faster, and it is tried again or was done by them: no failure, though Wolverine writes it as one. That a message is dead is written.</summary>
    static bool IsLostRace(LogEvent @event) =>
        @event is { Exception: { } error, MessageTemplate.Text: var text } && text.StartsWith("Failed to process message", StringComparison.Ordinal)
        && (Races.Lost(error) || MessageFence.Refused(error));

    /// <summary>
    /// Addresses hold what gives somebody a right, and people's own addresses. The values of statements do too, which Marten writes with what fails.
    /// </summary>
    static bool IsOfAddresses(LogEvent @event) =>
        @event.Properties.ContainsKey("PARAMS")
        || (@event.Level < LogEventLevel.Warning
            && @event.Properties.GetValueOrDefault(Constants.SourceContextPropertyName) is ScalarValue { Value: string source }
            && IsOf(Talkative, source) && !IsOf(Discreet, source));

    static bool IsOf(string[] names, string source) => names.Any(name => source.StartsWith(name, StringComparison.Ordinal));

    static bool HasStarted(IServiceProvider services) =>
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested;
}

/// <summary>Takes off what the host and its clients add to every line that is written while they handle a request.</summary>
sealed class WithoutAddresses : ILogEventEnricher
{
    static readonly string[] Addresses = ["RequestPath", "Uri", "Scope"];

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        foreach (var name in Addresses)
        {
            logEvent.RemovePropertyIfPresent(name);
        }
    }
}

enum LogFormat
{
    /// <summary>Lines for people.</summary>
    Text,

    /// <summary>A JSON object a line.</summary>
    Json,
}
