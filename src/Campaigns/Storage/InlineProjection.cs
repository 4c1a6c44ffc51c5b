using System.Runtime.CompilerServices;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Projections;

namespace Campaigns.Storage;

/// <summary>
/// Rows that follow from events and are never behind them: the events of a commit are folded first, and written by a fixed number of statements in the
/// same transaction. A rebuild gives it pages of thousands of events at once.
/// </summary>
public abstract class InlineProjection : ProjectionBase, IProjection
{
    static readonly ConditionalWeakTable<StoreOptions, List<InlineProjection>> OfStores = [];

    protected InlineProjection(string name)
    {
        Name = name;
        IncludeArchivedEvents = true;
        Array.ForEach([.. Facts], IncludedEventTypes.Add);
    }

    /// <summary>The tables that hold nothing but its rows, those that others refer to first: a rebuild makes them anew.</summary>
    public abstract IReadOnlyList<string> Tables { get; }

    /// <summary>The events that concern it.</summary>
    public abstract IReadOnlyList<Type> Facts { get; }

    /// <summary>Adds the statements for these events, which belong to any number of organisations, in the order of their positions within each stream.</summary>
    protected abstract void Apply(IReadOnlyList<IEvent> events, IDocumentOperations sql);

    /// <summary>What somebody who watches the rows of these events subscribes to: rung after the commit.</summary>
    public virtual IEnumerable<string> Topics(IReadOnlyList<IEvent> events) => [];

    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        Apply(events, operations);
        return Task.CompletedTask;
    }

    /// <summary>Has a store keep it.</summary>
    internal void AddTo(StoreOptions options)
    {
        options.Projections.Add(this, ProjectionLifecycle.Inline);
        OfStores.GetOrCreateValue(options).Add(this);
    }

    /// <summary>Those that a store keeps, in the order in which their statements run.</summary>
    internal static IReadOnlyList<InlineProjection> Of(IDocumentStore store) =>
        OfStores.TryGetValue(((DocumentStore)store).Options, out var projections) ? projections : [];
}
