using Campaigns.Handlers;
using Campaigns.Server.Hosting;
using Campaigns.Server.Postgres;
using Campaigns.Storage;
using Campaigns.Storage.Schema;
using Marten;

namespace Campaigns.Server.Commands;

/// <summary>The database for a command that runs beside the servers: theirs by connection string, or the private one while no server has it.</summary>
sealed class DatabaseAccess : IAsyncDisposable
{
    readonly EmbeddedPostgres? postgres;
    readonly IHost host;

    DatabaseAccess(EmbeddedPostgres? postgres, IHost host)
    {
        this.postgres = postgres;
        this.host = host;
    }

    public IServiceProvider Services => host.Services;

    /// <summary>What the services are of; not started, so it handles nothing.</summary>
    public IHost Host => host;

    /// <exception cref="StartException">There is no such database, or its schema is not what the command needs.</exception>
    public static async Task<DatabaseAccess> Open(SchemaNeed need, CancellationToken ct)
    {
        var builder = NewBuilder();
        var configuration = builder.Configuration;
        EmbeddedPostgres? postgres = null;
        IHost? host = null;
        try
        {
            var connectionString = configuration.GetConnectionString("Campaigns");
            if (string.IsNullOrWhiteSpace(connectionString))
            {
                postgres = await EmbeddedPostgres.Start(new EmbeddedPostgresOptions { DataFolder = configuration["DataFolder"]! }, ct);
                connectionString = postgres.ConnectionString;
                await Development.AddSecretsKey(configuration, configuration["DataFolder"]!, ct);
            }

            CampaignsModule.Add(builder, connectionString, HandlerCode.Assembly, workers: false);
            host = builder.Build();
            await using (await host.Services.GetRequiredService<IDocumentStore>().Database.OpenConnectionAsync(ct)) // or there is nothing to work on
            {
                await Meet(need, host.Services.GetRequiredService<Migrator>(), ct);
            }

            return new DatabaseAccess(postgres, host);
        }
        catch (Exception error)
        {
            await End(host);
            if (postgres is not null)
            {
                await postgres.DisposeAsync();
            }

            throw StartException.Explain(error) ?? error;
        }
    }

    static HostApplicationBuilder NewBuilder()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            ApplicationName = typeof(DatabaseAccess).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.AddJsonFile("appsettings.json").AddEnvironmentVariables();
        return builder;
    }

    static async ValueTask End(IHost? host)
    {
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
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
        await End(host);
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
