using JasperFx.Events;
using Marten;
using Marten.Services;

namespace Campaigns.Storage;

/// <summary>Rings, after a commit, for those who watch what its events have changed.</summary>
sealed class Bell(Notifications notifications) : DocumentSessionListenerBase
{
    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        IReadOnlyList<IEvent> events = [.. commit.GetEvents(), .. StreamAppends.Find(session)?.Events ?? []];
        if (events.Count > 0)
        {
            notifications.Publish(InlineProjection.Of(session.DocumentStore).SelectMany(projection => projection.Topics(events)).ToHashSet(StringComparer.Ordinal));
        }

        return Task.CompletedTask;
    }
}
