using System.Reflection;
using JasperFx;
using JasperFx.CodeGeneration;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Weasel.Core;
using Weasel.Postgresql;
using Wolverine;
using Wolverine.Marten;

namespace Campaigns.Storage;

/// <summary>Marten and Wolverine over one schema of one database.</summary>
public static class StorageSetup
{
    /// <summary>Where all tables are: Marten's, Wolverine's and our own.</summary>
    public const string Schema = "campaigns";

    /// <param name="module">What the rooms registered.</param>
    /// <param name="handlers">Where the code between Wolverine and the handlers is; null where it is about to be written.</param>
    /// <param name="byWorkers">False: this process handles no messages but in passes.</param>
    public static void AddStorage(
        this IHostApplicationBuilder host, string connectionString, ModuleBuilder module, MessagingOptions messaging, Assembly? handlers, bool byWorkers)
    {
        var services = host.Services;
        services.TryAddSingleton(new MachineClock(TimeProvider.System));
        // In place of the system's, which the framework has registered for itself by now; a test brings its own.
        var given = services.LastOrDefault(service => service.ServiceType == typeof(TimeProvider))?.ImplementationInstance;
        if (given is null || given == TimeProvider.System)
        {
            services.AddSingleton<TimeProvider>(provider => new DatabaseClock(provider.GetRequiredService<MachineClock>()));
        }

        services.AddSingleton(module);
        services.AddSingleton(messaging);
        services.AddSingleton(_ => DataSource(connectionString));
        services.AddSingleton<Notifications>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Notifications>()); // who only sends wakes others too
        services.AddSingleton<RefusedWrites>();
        services.AddSingleton<NodeClock>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<NodeClock>());
        services.AddSingleton<Readiness>();
        services.AddSingleton<EventMetrics>();
        services.AddSample<NodeMetrics>().AddSample<QueueMetrics>();
        services.AddSingleton<Sampling>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Sampling>());
        services.AddSingleton<MessagesInHand>();
        if (byWorkers)
        {
            services.AddHostedService<StalledLeader>();
            services.AddHostedService<ForgottenMessages>();
            if (messaging.Transport != MessageTransport.Local)
            {
                services.AddHostedService<UnsentMessages>();
            }
        }

        services.AddSingleton<EndOfMessage>();
        services.AddSingleton<Schema.Migrator>();
        services.AddSingleton<History.StreamHistory>();
        services.AddSingleton<Rebuild.ProjectionRebuild>();
        services.AddSingleton<Rebuild.SnapshotRebuild>();
        services.AddSingleton<Doctor.DatabaseDoctor>();
        services.AddMarten(options =>
            {
                Configure(options);
                module.Apply(options);
            })
            .UseNpgsqlDataSource()
            .UseLightweightSessions()
            .IntegrateWithWolverine(integration =>
            {
                integration.MessageStorageSchemaName = Schema;
                integration.TransportSchemaName = Schema;
            });
        services.ConfigureMarten((provider, options) =>
        {
            options.Events.TimeProvider = provider.GetRequiredService<TimeProvider>();
            options.Listeners.Add(new Bell(provider.GetRequiredService<Notifications>(), provider.GetRequiredService<EventMetrics>()));
        });
        host.UseWolverine(options =>
        {
            Messaging.Configure(options, messaging, handlers, byWorkers, module.Dead);
            module.Apply(options);
        });
    }

    static void Configure(StoreOptions options)
    {
        options.DatabaseSchemaName = Schema;
        options.AutoCreateSchemaObjects = AutoCreate.None; // Marten drops what it does not know: schemas change by "migrate" only
        options.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.CamelCase, json => StoredJson.Configure(json));
        options.Policies.AllDocumentsAreMultiTenanted();
        options.Policies.ForAllDocuments(mapping =>
        {
            foreach (var index in Campaigns.Storage.Schema.Migrator.IndexesOnDocuments)
            {
                mapping.IgnoreIndex(index);
            }
        });
        options.Events.StreamIdentity = StreamIdentity.AsGuid;
        options.Events.TenancyStyle = TenancyStyle.Conjoined;
        options.Events.UseExclusiveLockOnConcurrentAppends = true;
        options.Events.MetadataConfig.EnableAll();
        options.Events.MetadataConfig.UserNameEnabled = true; // EnableAll leaves it out, and Marten would drop the column
    }

    static NpgsqlDataSource DataSource(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.Name = Schema; // of the pool, in metrics: else it is the connection string
        builder.ConnectionStringBuilder.SearchPath = Schema;
        // Few statements, run very often: prepared once per connection they need no parsing and planning.
        builder.ConnectionStringBuilder.MaxAutoPrepare = 100;
        builder.ConnectionStringBuilder.AutoPrepareMinUsages = 3;
        // A day is 24 hours wherever the server stands.
        builder.ConnectionStringBuilder.Timezone = "UTC";
        // Undoing the settings of a session each time a connection goes back to the pool costs as much as a small commit. There is
        // nothing to undo: nobody may change a session but with "set local" in a transaction, and who takes a lock or listens ends it.
        // (Wolverine names the session of its lock, and the name stays: that harms nobody.)
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        // Who asks the session of a lock for a sign of life, and gives up, would give the connection back to the pool
        // with the lock: a statement that takes too long ends its connection, and with it the session. (StalledLeader
        // ends those that keep the leader's lock in another way.)
        builder.ConnectionStringBuilder.CancellationTimeout = -1;
        // A process that stands still in the middle of a commit would keep its locks, and everybody waiting.
        // Statements over a million contacts take a second: compiling each anew, as PostgreSQL does with those it holds to be dear, takes nearly as long.
        builder.ConnectionStringBuilder.Options = $"{builder.ConnectionStringBuilder.Options} -c idle_in_transaction_session_timeout=10s -c jit=off".Trim();
        // A node that was taken for dead learns that it does not lead any more.
        builder.ConnectionStringBuilder.KeepAlive = 5;
        if (builder.ConnectionStringBuilder.Host?.StartsWith('/') == false)
        {
            // A leader that was cut off would else keep its lock until TCP gives up. Sockets of the file system know no such thing.
            builder.ConnectionStringBuilder.TcpKeepAlive = true;
            builder.ConnectionStringBuilder.TcpKeepAliveTime = 5;
            builder.ConnectionStringBuilder.TcpKeepAliveInterval = 2;
        }

        return builder.Build();
    }
}

/// <summary>What a store is made of, for those who read or look at the clock.</summary>
public static class StoreParts
{
    extension(IDocumentStore store)
    {
        /// <summary>For queries over projections and plain tables.</summary>
        public NpgsqlDataSource Database => ((PostgresqlDatabase)store.Storage.Database).DataSource;

        public TimeProvider Clock => ((DocumentStore)store).Options.Events.TimeProvider;
    }
}
