using JasperFx.Events;
using Marten;
using Marten.Services;

namespace Campaigns.Storage;

/// <summary>After a commit: counts its events, and rings for those who watch what they have changed.</summary>
sealed class Bell(Notifications notifications, EventMetrics metrics) : DocumentSessionListenerBase
{
    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        IReadOnlyList<IEvent> events = [.. commit.GetEvents(), .. StreamAppends.Find(session)?.Events ?? []];
        if (events.Count > 0)
        {
            metrics.Count(events);
            notifications.Publish(InlineProjection.Of(session.DocumentStore).SelectMany(projection => projection.Topics(events)).ToHashSet(StringComparer.Ordinal));
        }

        return Task.CompletedTask;
    }
}
