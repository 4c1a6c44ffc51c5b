using Campaigns.Engine.Events;

namespace Campaigns.Engine.Projections;

/// <summary>
/// Rows that follow from events. Applied inline, in the transaction of the append, to all events of a commit at once;
/// and again, in position order and page by page, when it is rebuilt. Both must come to the same rows.
/// </summary>
public abstract class Projection
{
    /// <summary>How people name it on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>The tables that are this projection's alone: emptied when it is rebuilt.</summary>
    public abstract IReadOnlyList<string> Tables { get; }

    /// <summary>The facts it follows from.</summary>
    public abstract IReadOnlyList<Type> Facts { get; }

    /// <summary>Queues what the events change: a fixed number of set-based statements, however many events there are.</summary>
    /// <param name="events">May hold facts of no concern, of several tenants in a rebuild.</param>
    public abstract void Apply(IReadOnlyList<Event> events, SqlQueue sql);
}
