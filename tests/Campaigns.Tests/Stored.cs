using System.Reflection;
using System.Runtime.CompilerServices;
using Campaigns.Storage;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Attributes;

namespace Campaigns.Tests;

/// <summary>What is stored under which name, as the application registers it. No database is asked.</summary>
static class Stored
{
    /// <summary>The store as a server has it, over a database that is not there.</summary>
    public static readonly DocumentStore Store = SetUp();

    /// <summary>The events by their stored names.</summary>
    public static readonly IReadOnlyDictionary<string, Type> Events = new SortedDictionary<string, Type>(
        Store.Events.AllKnownEventTypes().Where(known => known.EventType.Assembly == typeof(CampaignsModule).Assembly)
            .ToDictionary(known => known.EventTypeName, known => known.EventType),
        StringComparer.Ordinal);

    /// <summary>The messages by their stored names.</summary>
    public static readonly IReadOnlyDictionary<string, Type> Messages = new SortedDictionary<string, Type>(
        (from type in typeof(CampaignsModule).Assembly.GetTypes()
         let identity = type.GetCustomAttribute<MessageIdentityAttribute>()
         where identity is not null
         select (identity.Alias, type)).ToDictionary(message => message.Alias, message => message.type),
        StringComparer.Ordinal);

    /// <summary>An event as it is once what is personal in it is erased.</summary>
    public static object Masked(object fact)
    {
        var @event = Store.Events.BuildEvent(fact);
        TryMask(Store.Events, @event);
        return @event.Data;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "TryMask")]
    static extern bool TryMask(EventGraph graph, IEvent @event);

    static DocumentStore SetUp()
    {
        var builder = WebApplication.CreateBuilder();
        CampaignsModule.Add(builder, "Host=nowhere", handlers: null, workers: false);
        return (DocumentStore)builder.Build().Services.GetRequiredService<IDocumentStore>();
    }
}
