using Campaigns.Engine.Schema;
using Npgsql;

namespace Campaigns.Engine.Tests.Schema;

[Collection("postgres")]
public sealed class migrating_the_database(PostgresFixture postgres) : IAsyncLifetime
{
    NpgsqlDataSource database = null!;

    public async Task InitializeAsync() => database = NpgsqlDataSource.Create(await postgres.NewSchema());

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task by_ten_processes_at_once_runs_each_script_once()
    {
        var ran = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => Migrator().Migrate(default))));

        var scripts = ran.SelectMany(scripts => scripts).ToList();
        scripts.ShouldBeUnique();
        scripts.ShouldContain("Campaigns.Engine 0001_events");
        scripts.ShouldContain("Campaigns.Engine.Tests 0001_bank");
        (await Migrator().Migrate(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task a_second_time_does_nothing()
    {
        await Migrator().Migrate(default);
        (await Migrator().Migrate(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task newer_than_the_program_is_refused()
    {
        await Migrator().Migrate(default);
        await Run("insert into schema_migrations (module, number, name) values ('Campaigns.Engine', 9999, '9999_later')");

        (await Should.ThrowAsync<SchemaIsNewerException>(Migrator().Migrate(default))).Message.ShouldContain("9999");
        await Run("delete from schema_migrations where number = 9999");
        (await Migrator().Migrate(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task begins_with_the_schema_itself()
    {
        var database = await postgres.NewDatabase();
        for (var i = 0; i < 20; i++) // where a process misses that another one makes the schema it is a matter of luck
        {
            var connection = new NpgsqlConnectionStringBuilder(database) { SearchPath = $"campaigns_{i},public" };
            await using var empty = NpgsqlDataSource.Create(connection.ConnectionString);
            var migrators = Enumerable.Range(0, 8).Select(_ => new Migrator(empty, [typeof(EventStoreSchema).Assembly]));
            var ran = await Task.WhenAll(migrators.Select(migrator => migrator.Migrate(default)));

            ran.Sum(scripts => scripts.Count).ShouldBe(1);
            await using var where = empty.CreateCommand("select relnamespace::regnamespace::text from pg_class where oid = 'balances'::regclass");
            (await where.ExecuteScalarAsync()).ShouldBe($"campaigns_{i}");
        }
    }

    Migrator Migrator() => new(database, [typeof(Migrator).Assembly, typeof(migrating_the_database).Assembly]);

    async Task Run(string text)
    {
        await using var command = database.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Only to name the assembly with the tables of the tests.</summary>
    sealed class EventStoreSchema;
}
