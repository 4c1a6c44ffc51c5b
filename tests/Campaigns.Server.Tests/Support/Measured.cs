using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Support;

/// <summary>What one host of this process measures, from the moment at which somebody begins to listen.</summary>
sealed class Measured : IDisposable
{
    readonly MeterListener listener = new();
    readonly ConcurrentQueue<(Instrument Instrument, double Value, IReadOnlyDictionary<string, string> Labels)> all = [];

    Measured(IServiceProvider services)
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == Metrics.MeterName && instrument.Meter.Scope == meters)
            {
                Instruments.Add(instrument);
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Add(instrument, value, labels));
        listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Add(instrument, value, labels));
        listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Add(instrument, value, labels));
        listener.Start();
        // Each is made when somebody first needs it.
        foreach (var type in typeof(CampaignsModule).Assembly.GetTypes().Where(type => type.Name.EndsWith("Metrics", StringComparison.Ordinal) && !type.IsAbstract))
        {
            services.GetRequiredService(type);
        }
    }

    public static Measured By(IServiceProvider services) => new(services);

    public ConcurrentBag<Instrument> Instruments { get; } = [];

    /// <summary>The names of all labels that an instrument had so far.</summary>
    public IEnumerable<string> LabelsOf(string name) => all.Where(each => each.Instrument.Name == name).SelectMany(each => each.Labels.Keys).Distinct();

    /// <summary>The sum of what a counter counted, by the values of its labels.</summary>
    public List<string> Counted(string name) =>
        Lines(all.Where(each => each.Instrument.Name == name).GroupBy(each => Key(each.Labels)).ToDictionary(group => group.Key, group => group.Sum(each => each.Value)));

    /// <summary>How often something was measured, by the values of its labels.</summary>
    public List<string> Times(string name) =>
        Lines(all.Where(each => each.Instrument.Name == name).CountBy(each => Key(each.Labels)).ToDictionary(times => times.Key, times => (double)times.Value));

    /// <summary>What a gauge shows at this moment, by the values of its labels: a round of samples, and a look of whoever collects them.</summary>
    public async Task<Dictionary<string, double>> Shown(IServiceProvider services, string name)
    {
        await services.GetRequiredService<Sampling>().RunOnce(default);
        var before = all.Count;
        listener.RecordObservableInstruments();
        return all.Skip(before).Where(each => each.Instrument.Name == name).ToDictionary(each => Key(each.Labels), each => each.Value);
    }

    /// <summary>The values of the labels and the number behind them.</summary>
    public static List<string> Lines(IReadOnlyDictionary<string, double> values) =>
        [.. values.Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Key} {each.Value}").Trim())];

    public void Dispose() => listener.Dispose();

    static string Key(IReadOnlyDictionary<string, string> labels) => string.Join(' ', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => label.Value));

    void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var read = new Dictionary<string, string>();
        foreach (var (name, text) in labels)
        {
            read.Add(name, text.ShouldBeOfType<string>());
        }

        all.Enqueue((instrument, value, read));
    }
}
