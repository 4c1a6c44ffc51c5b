namespace Campaigns.Sandbox;

/// <summary>The newest arrivals, some fifty bytes each: names are kept once, and ids that are UUIDs as such.</summary>
sealed class ArrivalLog(SandboxOptions options)
{
    readonly Lock gate = new();
    readonly Queue<Entry> entries = new();
    readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    readonly List<string> names = [];
    readonly long started = options.Clock.GetTimestamp();

    public void Add(MessageChannel channel, string from, string? domain, int segments, string? id)
    {
        var isUuid = Guid.TryParseExact(id, "N", out var uuid) && id == uuid.ToString("N");
        lock (gate)
        {
            // The clocks are read inside, so that the log is in their order.
            entries.Enqueue(new(
                options.Clock.GetUtcNow().UtcTicks, options.Clock.GetElapsedTime(started).Ticks, channel, Number(from),
                domain is null ? -1 : Number(domain), segments, uuid, isUuid ? null : id, isUuid));
            if (entries.Count > options.ArrivalCapacity)
            {
                entries.Dequeue();
            }
        }
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Arrival> Read()
    {
        lock (gate)
        {
            return [.. entries.Select(Arrival)];
        }
    }

    public IReadOnlyList<string> Senders(MessageChannel channel)
    {
        lock (gate)
        {
            return [.. entries.Where(entry => entry.Channel == channel).Select(entry => entry.From).Distinct().Select(from => names[from])];
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            entries.Clear();
            numbers.Clear();
            names.Clear();
        }
    }

    int Number(string name)
    {
        if (!numbers.TryGetValue(name, out var number))
        {
            numbers.Add(name, number = names.Count);
            names.Add(name);
        }

        return number;
    }

    Arrival Arrival(Entry entry) => new(
        new(entry.At, TimeSpan.Zero), new(entry.Elapsed), entry.Channel, names[entry.From],
        entry.Domain < 0 ? null : names[entry.Domain], entry.Segments, entry.IsUuid ? entry.Uuid.ToString("N") : entry.Id);

    readonly record struct Entry(
        long At, long Elapsed, MessageChannel Channel, int From, int Domain, int Segments, Guid Uuid, string? Id, bool IsUuid);
}
