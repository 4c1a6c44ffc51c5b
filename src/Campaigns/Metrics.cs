using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Campaigns;

/// <summary>
/// What the instruments of all rooms have in common. A room that measures something has them in a file of its own, which is named after the room or the
/// thing that is measured.
/// </summary>
/// <remarks>
/// Each value of a label is a time series of its own for as long as the process lives: no label names an organisation, a campaign or a person.
/// </remarks>
public static class Metrics
{
    /// <summary>What all of them are found by.</summary>
    public const string MeterName = "Campaigns";

    /// <summary>By OpenTelemetry's conventions: of what kind a failure was.</summary>
    internal const string ErrorType = "error.type";

    internal const string Channel = "campaigns.channel";

    internal const string Provider = "campaigns.provider";

    /// <summary>The usual boundaries, which are for milliseconds, would put everything that lasts some seconds into one bucket.</summary>
    static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    /// <summary>The same one for everybody in a process.</summary>
    internal static Meter Meter(this IMeterFactory meters) => meters.Create(MeterName);

    internal static Histogram<double> CreateDuration(this Meter meter, string name, string description) =>
        meter.CreateHistogram(name, "s", description, tags: null, advice: Seconds);

    internal static KeyValuePair<string, object?> Label(string name, string? value) => new(name, value);

    /// <summary>As a label has it: words in lower case.</summary>
    internal static KeyValuePair<string, object?> Label<T>(string name, T value)
        where T : struct, Enum => new(name, Words<T>.Of[value]);

    static class Words<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Of =
            Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));
    }
}
