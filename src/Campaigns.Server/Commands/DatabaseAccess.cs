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

    /// <param name="migrate">Bring the schema up to date first.</param>
    public static async Task<DatabaseAccess> Open(bool migrate, CancellationToken ct)
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
            }

            var services = new ServiceCollection()
                .AddLogging()
                .AddSingleton<IConfiguration>(configuration)
                .AddEngine(connectionString, engine => CampaignsModule.Setup(engine), workers: false)
                .AddCampaigns()
                .BuildServiceProvider();
            await using var answers = await services.GetRequiredService<EventStore>().Database.OpenConnectionAsync(ct); // or there is nothing to work on
            if (migrate)
            {
                await services.GetRequiredService<Migrator>().Migrate(ct);
            }

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

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }
    }
}
