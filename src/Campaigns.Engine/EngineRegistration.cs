using Campaigns.Engine.Doctor;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Projections;
using Campaigns.Engine.Schema;
using Campaigns.Engine.Snapshots;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Campaigns.Engine;

public static class EngineRegistration
{
    /// <summary>Adds the event store and, unless switched off, this node's message workers.</summary>
    /// <param name="connectionString">The schema is the first of its <c>Search Path</c>.</param>
    /// <exception cref="InvalidOperationException">What was registered does not fit together.</exception>
    /// <param name="workers">False for a process that reads, sends or migrates but handles no messages.</param>
    public static IServiceCollection AddEngine(
        this IServiceCollection services, string connectionString, Action<EngineSetup> setup, bool workers = true)
    {
        var engine = new EngineSetup();
        setup(engine);
        engine.Model.EventTypes.Verify();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(engine.Model);
        services.AddSingleton(_ => DataSource(connectionString));
        services.AddSingleton<Notifications>();
        services.AddSingleton<EventStore>();
        services.AddSingleton<EventErasure>();
        services.AddSingleton<ProjectionRebuild>();
        services.AddSingleton<SnapshotRebuild>();
        services.AddSingleton<ProjectionDaemon>();
        services.AddSingleton<MessageWorkers>();
        services.AddSingleton<Schedules>();
        services.AddSingleton<StoredMessages>();
        services.AddSingleton<DatabaseDoctor>();
        services.AddSingleton<StreamHistory>();
        services.AddSingleton(provider => new Migrator(provider.GetRequiredService<NpgsqlDataSource>(), engine.Model.Modules));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Notifications>()); // who only sends wakes others too
        if (workers)
        {
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<MessageWorkers>());
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Schedules>());
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ProjectionDaemon>());
        }

        return services;
    }

    static NpgsqlDataSource DataSource(string connectionString)
    {
        // Few statements, run very often: prepared once per connection they need no parsing and planning.
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.MaxAutoPrepare = 100;
        builder.ConnectionStringBuilder.AutoPrepareMinUsages = 3;
        // A day is 24 hours wherever the server stands.
        builder.ConnectionStringBuilder.Timezone = "UTC";
        // Undoing the settings of a session each time a connection goes back to the pool costs as much as a small commit. There is
        // nothing to undo: nobody may change a session but with "set local" in a transaction, and who takes a lock or listens ends it.
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        return builder.Build();
    }
}
