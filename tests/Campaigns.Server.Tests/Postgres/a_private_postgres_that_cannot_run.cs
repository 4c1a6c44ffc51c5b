using Campaigns.Server.Postgres;

namespace Campaigns.Server.Tests.Postgres;

public sealed class a_private_postgres_that_cannot_run : IAsyncLifetime
{
    readonly TestFolder _folder = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _folder.Remove();

    [Fact]
    public async Task for_want_of_binaries_says_how_to_get_them()
    {
        Directory.CreateDirectory(_folder.Path);

        var error = await Should.ThrowAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.Start(new()
        {
            DataFolder = _folder.Path,
            BinariesFolder = _folder.Path,
        }));

        error.Message.ShouldStartWith($"No PostgreSQL 15 or newer was found in {_folder.Path}.");
        error.Message.ShouldContain("apt-get install postgresql");
        error.Message.ShouldContain("brew install postgresql");
        error.Message.ShouldContain("ConnectionStrings__Campaigns");
    }

    [Fact]
    public async Task because_the_folder_holds_something_else_leaves_that_alone()
    {
        Directory.CreateDirectory(_folder.Cluster);
        await File.WriteAllTextAsync(Path.Combine(_folder.Cluster, "letter.txt"), "Dear Anna");

        (await Refusal()).ShouldStartWith($"The folder {_folder.Cluster} is no PostgreSQL cluster: it holds other files.");

        (await File.ReadAllTextAsync(Path.Combine(_folder.Cluster, "letter.txt"))).ShouldBe("Dear Anna");
        Directory.Delete(_folder.Cluster, recursive: true);
    }

    [Fact]
    public async Task because_its_files_are_damaged_names_the_reason_and_the_log()
    {
        await (await _folder.Start()).DisposeAsync();
        File.Delete(Path.Combine(_folder.Cluster, "global", "pg_control"));

        var refusal = await Refusal();

        refusal.ShouldStartWith($"PostgreSQL did not start on {_folder.Cluster}: ");
        refusal.ShouldContain("pg_control");
        refusal.ShouldContain(Path.Combine(_folder.Path, "postgres.log"));
    }

    [Fact]
    public async Task because_the_data_are_of_another_version_names_both()
    {
        await (await _folder.Start()).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder.Cluster, "PG_VERSION"), "9999\n");

        (await Refusal()).ShouldStartWith($"The data in {_folder.Cluster} were written by PostgreSQL 9999, but only version ");
    }

    [Fact]
    public async Task because_the_data_folder_is_a_file_says_so()
    {
        await File.WriteAllTextAsync(_folder.Path, "");

        (await Refusal()).ShouldStartWith($"The data folder {_folder.Path} cannot be used");

        File.Delete(_folder.Path);
    }

    [Fact]
    public async Task leaves_the_data_folder_free_for_the_next_try()
    {
        await Should.ThrowAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.Start(new()
        {
            DataFolder = _folder.Path,
            BinariesFolder = _folder.Path,
        }));

        await using var postgres = await _folder.Start();
        (await TestFolder.Query(postgres.ConnectionString, "select 1")).ShouldBe(1);
    }

    [Fact]
    public async Task because_the_start_was_cancelled_leaves_nothing_running()
    {
        using var impatience = new CancellationTokenSource();
        var start = EmbeddedPostgres.Start(new() { DataFolder = _folder.Path }, impatience.Token);

        await impatience.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => start);
        await using var postgres = await _folder.Start();
        (await TestFolder.Query(postgres.ConnectionString, "select 1")).ShouldBe(1);
    }

    async Task<string> Refusal() => (await Should.ThrowAsync<EmbeddedPostgresException>(() => _folder.Start())).Message;
}
