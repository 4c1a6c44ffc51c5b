using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Schema;
using Campaigns.Server.Hosting;
using Campaigns.Server.Postgres;

namespace Campaigns.Server.Commands;

/// <summary>The database for a command that runs beside the servers: theirs by connection string, or the private one while no server has it.</summary>
sealed class DatabaseAccess : IAsyncDisposable
{
    readonly EmbeddedPostgres? postgres;
    readonly ServiceProvider services;

    DatabaseAccess(EmbeddedPostgres? postgres, ServiceProvider services)
    {
        this.postgres = postgres;
        this.services = services;
    }

    public IServiceProvider Services => services;

    /// <exception cref="StartException">There is no such database, or its schema is not what the command needs.</exception>
    public static async Task<DatabaseAccess> Open(SchemaNeed need, CancellationToken ct)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory).AddJsonFile("appsettings.json").AddEnvironmentVariables().Build();
        EmbeddedPostgres? postgres = null;
        try
        {
            var connectionString = configuration.GetConnectionString("Campaigns");
            if (string.IsNullOrWhiteSpace(connectionString))
            {
                postgres = await EmbeddedPostgres.Start(new EmbeddedPostgresOptions { DataFolder = configuration["DataFolder"]! }, ct);
                connectionString = postgres.ConnectionString;
                await Development.AddSecretsKey(configuration, configuration["DataFolder"]!, ct);
            }

            var services = new ServiceCollection()
                .AddLogging()
                .AddSingleton<IConfiguration>(configuration)
                .AddEngine(connectionString, engine => CampaignsModule.Setup(engine), workers: false)
                .AddCampaigns()
                .BuildServiceProvider();
            await using var answers = await services.GetRequiredService<EventStore>().Database.OpenConnectionAsync(ct); // or there is nothing to work on
            await Meet(need, services.GetRequiredService<Migrator>(), ct);
            return new DatabaseAccess(postgres, services);
        }
        catch (Exception error)
        {
            if (postgres is not null)
            {
                await postgres.DisposeAsync();
            }

            throw StartException.Explain(error) ?? error;
        }
    }

    static async Task Meet(SchemaNeed need, Migrator migrator, CancellationToken ct)
    {
        if (need == SchemaNeed.Migrated)
        {
            await migrator.Migrate(ct);
        }
        else if (need == SchemaNeed.Current && await migrator.Missing(ct) is { Count: > 0 } missing)
        {
            throw new StartException(
                $"The database lacks migrations: {string.Join(", ", missing)}. Run 'migrate', or start the server, which does it.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }
    }
}

/// <summary>What a command needs of the schema.</summary>
enum SchemaNeed
{
    /// <summary>Nothing: it looks for itself.</summary>
    Any,

    /// <summary>That it is the newest. To look at something, or to mend it, must not change the schema under servers of an older version.</summary>
    Current,

    /// <summary>That it is made the newest first.</summary>
    Migrated,
}
