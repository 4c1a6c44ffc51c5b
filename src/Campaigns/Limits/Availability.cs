namespace Campaigns.Limits;

/// <summary>What limits leave to one campaign at one moment. Counts down as messages are chosen.</summary>
public sealed class Availability
{
    static readonly TimeSpan ShortestTurn = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(1);

    readonly Dictionary<string, Room> rooms;
    readonly DateTimeOffset now;

    public Availability(IEnumerable<LimitState> states, DateTimeOffset now)
    {
        this.now = now;
        rooms = states.ToDictionary(state => state.Limit.Key, state => new Room(state), StringComparer.Ordinal);
    }

    /// <summary>As they were read.</summary>
    public IEnumerable<LimitState> States => rooms.Values.Select(room => room.State);

    /// <summary>The first of these limits that leaves no room for the message, or null.</summary>
    /// <param name="units">How much the message counts against each.</param>
    public Limit? Exhausted(IEnumerable<Limit> limits, Func<Limit, int> units) =>
        limits.FirstOrDefault(limit => rooms[limit.Key].Left < units(limit));

    /// <summary>One message more counts against these.</summary>
    /// <param name="units">How much it counts against each.</param>
    public void Use(IEnumerable<Limit> limits, Func<Limit, int> units)
    {
        foreach (var limit in limits)
        {
            rooms[limit.Key].Left -= units(limit);
        }
    }

    /// <summary>When a limit that leaves nothing lets so many go that it is worth coming back.</summary>
    public DateTimeOffset FreeAt(Limit limit) => rooms[limit.Key].State.EnoughAt ?? now + Turn(limit);

    /// <summary>A place at the end of the line of a limit: one message after the other, at the limit's own rate.</summary>
    public DateTimeOffset LineUp(Limit limit)
    {
        var room = rooms[limit.Key];
        return (room.LineEnds = Behind(room.LineEnds, room)).Value;
    }

    /// <summary>A new place for somebody whose turn it was, and who found no room: before all others.</summary>
    public DateTimeOffset StayInFront(Limit limit)
    {
        var room = rooms[limit.Key];
        return (room.FrontEnds = Behind(room.FrontEnds, room)).Value;
    }

    /// <summary>Whether somebody stands in line for it: who comes new goes behind them.</summary>
    public bool HasLine(Limit limit) => rooms[limit.Key].LineEnds is not null;

    DateTimeOffset Behind(DateTimeOffset? end, Room room)
    {
        var limit = room.State.Limit;
        var earliest = room.State.NextAt ?? now + limit.Period;
        return end is { } last && last + limit.Spacing > earliest ? last + limit.Spacing : earliest;
    }

    // How long what is free is left to others who waited longer. What they do not take must not be lost for a whole period.
    static TimeSpan Turn(Limit limit) => TimeSpan.FromTicks(Math.Clamp(limit.Period.Ticks / 10, ShortestTurn.Ticks, LongestTurn.Ticks));

    sealed class Room(LimitState state)
    {
        public LimitState State => state;

        public int Left { get; set; } = state.Left;

        public DateTimeOffset? LineEnds { get; set; } = state.LineEnds;

        public DateTimeOffset? FrontEnds { get; set; }
    }
}

/// <param name="Used">Permits that count at this moment.</param>
/// <param name="LineEnds">When the last of those is due who were put off because of it; null when there is none.</param>
/// <param name="NextAt">When the next permits are free again; null when none is used.</param>
/// <param name="EnoughAt">When enough to be worth it are free again; null when they are now.</param>
public sealed record LimitState(
    Limit Limit, int Used, DateTimeOffset? LineEnds, DateTimeOffset? NextAt, DateTimeOffset? EnoughAt, LimitQueue Queue)
{
    /// <summary>What this campaign may take of it now.</summary>
    public int Left => Queue.Share(Math.Max(0, Limit.Most - Used));
}

/// <summary>The campaigns that wait for the same limit.</summary>
/// <param name="OthersWant">Messages that the others would send.</param>
/// <param name="OthersWeight">Their weights together; an urgent campaign weighs more.</param>
/// <param name="IsWaiting">This campaign waits too; one that does not leaves those who do what they want.</param>
/// <param name="IsFirst">It has waited the longest, its time taken times its weight.</param>
public sealed record LimitQueue(int OthersWant, int OthersWeight, int Weight, bool IsWaiting, bool IsFirst)
{
    /// <summary>So few go to whoever waits longest: a share of them might be less than one message.</summary>
    public const int TooFewToShare = 10;

    public int Share(int free)
    {
        var left = Math.Max(0, free - OthersWant);
        if (!IsWaiting || OthersWeight == 0)
        {
            return left;
        }

        var share = (int)((long)free * Weight / (Weight + OthersWeight));
        return Math.Max(left, IsFirst && free <= TooFewToShare ? free : share);
    }
}
