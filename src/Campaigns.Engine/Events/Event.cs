namespace Campaigns.Engine.Events;

/// <summary>A fact with everything that is stored about it.</summary>
public sealed class Event
{
    /// <summary>The event's own id (UUID version 7).</summary>
    public required Guid Id { get; init; }

    public required Guid StreamId { get; init; }

    /// <summary>Place within the stream: 1, 2, 3 ... Zero for an inline projection of an append that expected any version.</summary>
    public long Version { get; init; }

    /// <summary>Place among all events. Zero for an inline projection: positions are drawn by the commit itself.</summary>
    public long Sequence { get; init; }

    /// <summary>The stored name, for example <c>campaign_launched</c>; an old one where <see cref="Data"/> was upcast.</summary>
    public required string TypeName { get; init; }

    /// <summary>The fact itself; null when the program does not know <see cref="TypeName"/>.</summary>
    public required object? Data { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public required string TenantId { get; init; }

    public Metadata Metadata { get; init; } = Metadata.None;
}

public static class EventQueries
{
    /// <summary>The events that hold a <typeparamref name="T"/>, with the fact in hand.</summary>
    public static IEnumerable<(Event Event, T Fact)> Of<T>(this IEnumerable<Event> events)
    {
        foreach (var @event in events)
        {
            if (@event.Data is T fact)
            {
                yield return (@event, fact);
            }
        }
    }
}
