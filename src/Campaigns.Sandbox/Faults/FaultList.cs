namespace Campaigns.Sandbox.Faults;

/// <summary>The faults that are in force.</summary>
public sealed class FaultList
{
    readonly Lock gate = new();
    readonly int seed;
    volatile ActiveFault[] active = [];

    internal FaultList(SandboxOptions options)
    {
        seed = options.Seed;
        foreach (var fault in options.Faults)
        {
            Add(fault);
        }
    }

    public void Add(Fault fault)
    {
        lock (gate)
        {
            active = [.. active.Where(one => !one.IsOver), new ActiveFault(fault, seed)];
        }
    }

    public void Clear() => active = [];

    /// <summary>Those that may still happen.</summary>
    public IReadOnlyList<Fault> InForce() => [.. active.Where(one => !one.IsOver).Select(one => one.Fault)];

    internal bool Has(FaultKind kind) => Array.Exists(active, one => one.Fault.Kind == kind && !one.IsOver);

    /// <summary>A fault of the kind that hits the message, which happens then and counts; null where there is none.</summary>
    internal Fault? Hit(FaultKind kind, MessageChannel channel, string message)
    {
        foreach (var one in active)
        {
            if (one.Fault.Kind == kind && (one.Fault.Channel ?? channel) == channel && one.Hits(message))
            {
                return one.Fault;
            }
        }

        return null;
    }

    internal FaultSet Hit(ReadOnlySpan<FaultKind> kinds, MessageChannel channel, string message)
    {
        var hits = new FaultSet();
        if (active.Length > 0)
        {
            foreach (var kind in kinds)
            {
                hits = Hit(kind, channel, message) is null ? hits : hits.With(kind);
            }
        }

        return hits;
    }

    sealed class ActiveFault(Fault fault, int seed)
    {
        readonly Lock gate = new();
        readonly Dictionary<string, int> meetings = new(StringComparer.Ordinal);
        long left = fault.Count ?? long.MaxValue;

        public Fault Fault => fault;
        public bool IsOver => Interlocked.Read(ref left) <= 0;

        public bool Hits(string message)
        {
            lock (gate)
            {
                if (left <= 0 || fault.Share < 1 && Share(message) >= fault.Share)
                {
                    return false;
                }

                left--;
                return true;
            }
        }

        // Rolled anew each time the message comes by, so that a message that is tried again gets through in the end.
        double Share(string message)
        {
            var meeting = meetings[message] = meetings.GetValueOrDefault(message) + 1;
            return new Chance(seed, $"{fault.Kind} {meeting} {message}").Share(0);
        }
    }
}
