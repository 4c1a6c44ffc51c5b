using JasperFx.Events;
using Marten;
using Marten.Events;
using Marten.Events.Archiving;

namespace Campaigns.Storage.History;

static class EventReading
{
    /// <summary>The events of the session's organisation that this program knows, archived ones too.</summary>
    public static IQueryable<IEvent> KnownEvents(this IQuerySession session)
    {
        var known = session.DocumentStore.Options.Events.AllKnownEventTypes().Select(type => type.EventType).ToArray();
        return session.Events.QueryAllRawEvents().Where(@event => @event.MaybeArchived() && @event.EventTypesAre(known));
    }
}
