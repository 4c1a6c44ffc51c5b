#pragma warning disable CA1416 // nobody is root on Windows

using Campaigns.Server.Postgres;

namespace Campaigns.Server.Tests.Postgres;

/// <summary>A checkout below the home folder of root, or in a folder made by mktemp -d.</summary>
public sealed class as_root_in_a_closed_folder : IAsyncLifetime
{
    readonly string _closed = Directory.CreateTempSubdirectory("closed-").FullName;

    string DataFolder => Path.Combine(_closed, "checkout", ".data");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await EmbeddedPostgres.Remove(DataFolder);
        Directory.Delete(_closed, recursive: true);
    }

    [FactAsRoot]
    public async Task postgres_lives_elsewhere_and_the_data_folder_says_where()
    {
        var before = File.GetUnixFileMode(_closed);

        await using var postgres = await Start();

        postgres.DataFolder.ShouldStartWith("/var/lib/campaigns/");
        (await File.ReadAllTextAsync(Path.Combine(DataFolder, "LOCATION"))).ShouldStartWith(Path.GetDirectoryName(postgres.DataFolder)!);
        File.GetUnixFileMode(_closed).ShouldBe(before);
    }

    [FactAsRoot]
    public async Task the_second_start_finds_the_same_data()
    {
        await using (var first = await Start())
        {
            await TestFolder.Query(first.ConnectionString, "create table kept as select 42 as answer");
        }

        await using var second = await Start();
        (await TestFolder.Query(second.ConnectionString, "select answer from kept")).ShouldBe(42);
    }

    [FactAsRoot]
    public async Task a_new_data_folder_of_an_old_name_does_not_inherit_the_data_of_the_old_one()
    {
        await using (var old = await Start())
        {
            await TestFolder.Query(old.ConnectionString, "create table kept as select 42 as answer");
        }

        Directory.Delete(DataFolder, recursive: true);

        await using var fresh = await Start();
        (await TestFolder.Query(fresh.ConnectionString, "select to_regclass('kept')::text")).ShouldBe(DBNull.Value);
    }

    [FactAsRoot]
    public async Task data_that_went_missing_are_not_silently_replaced_by_an_empty_database()
    {
        Directory.CreateDirectory(DataFolder);
        await File.WriteAllTextAsync(Path.Combine(DataFolder, "LOCATION"), "/var/lib/campaigns/gone\n");

        var refusal = await Should.ThrowAsync<EmbeddedPostgresException>(Start);

        refusal.Message.ShouldContain("LOCATION");
        File.Delete(Path.Combine(DataFolder, "LOCATION"));
    }

    Task<EmbeddedPostgres> Start() => EmbeddedPostgres.Start(new() { DataFolder = DataFolder, Durable = false });
}
