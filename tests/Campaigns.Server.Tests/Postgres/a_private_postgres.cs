using System.Diagnostics;
using Campaigns.Server.Postgres;
using Npgsql;

#pragma warning disable CA1416 // the private PostgreSQL refuses Windows before anything here runs

namespace Campaigns.Server.Tests.Postgres;

public sealed class a_private_postgres : IAsyncLifetime
{
    const UnixFileMode TheirOwn = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    readonly TestFolder _folder = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _folder.Remove();

    [Fact]
    public async Task starts_with_an_empty_database_that_speaks_unicode_and_listens_on_a_socket_only()
    {
        await using var postgres = await _folder.Start();

        (await Query(postgres.ConnectionString, "select current_database()")).ShouldBe("campaigns");
        (await Query(postgres.ConnectionString, "show server_encoding")).ShouldBe("UTF8");
        (await Query(postgres.ConnectionString, "select upper('ä')")).ShouldBe("Ä");
        (await Query(postgres.ConnectionString, "show listen_addresses")).ShouldBe("");
        postgres.DataFolder.ShouldBe(Path.Combine(_folder.Path, "postgres"));
    }

    [Fact]
    public async Task is_durable_unless_told_otherwise()
    {
        await using (var durable = await _folder.Start())
        {
            (await Query(durable.ConnectionString, "show fsync")).ShouldBe("on");
            (await Query(durable.ConnectionString, "show synchronous_commit")).ShouldBe("on");
        }

        await using var careless = await _folder.Start(durable: false);
        (await Query(careless.ConnectionString, "show fsync")).ShouldBe("off");
    }

    [Fact]
    public async Task finds_the_same_data_at_the_second_start()
    {
        await using (var first = await _folder.Start())
        {
            await Query(first.ConnectionString, "create table kept as select 42 as answer");
        }

        await using var second = await _folder.Start();
        (await Query(second.ConnectionString, "select answer from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task lies_where_only_its_owner_can_read_it()
    {
        await using (var first = await _folder.Start())
        {
            OpenToOthers().ShouldBeEmpty();
        }

        // As a server of before made them.
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherRead | UnixFileMode.GroupRead);
        File.SetUnixFileMode(Path.Combine(_folder.Path, "postgres.log"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await using var second = await _folder.Start();
        OpenToOthers().ShouldBeEmpty();

        // A server of root's lets PostgreSQL's user through the folder, without letting it look around.
        IEnumerable<string> OpenToOthers() => Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories)
            .Where(path => (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)) != 0)
            .Concat((File.GetUnixFileMode(_folder.Path) & ~TheirOwn) == 0 ? [] : [_folder.Path]);
    }

    [Fact]
    public async Task creates_further_databases()
    {
        await using var postgres = await _folder.Start();

        var another = await postgres.CreateDatabase("another \"one\"", CancellationToken.None);

        (await Query(another, "select current_database()")).ShouldBe("another \"one\"");
    }

    [Fact]
    public async Task is_gone_when_it_was_stopped()
    {
        var postgres = await _folder.Start();

        await postgres.DisposeAsync();

        TestFolder.IsRunning(postgres.ProcessId).ShouldBeFalse();
        File.Exists(Path.Combine(postgres.DataFolder, "postmaster.pid")).ShouldBeFalse();
    }

    [Fact]
    public async Task has_a_session_of_its_own_so_that_ctrl_c_in_the_terminal_does_not_reach_it()
    {
        await using var postgres = await _folder.Start();

        using var ps = Process.Start(new ProcessStartInfo("ps", ["-o", "sess=", "-p", $"{postgres.ProcessId},{Environment.ProcessId}"])
        {
            RedirectStandardOutput = true,
        })!;
        var sessions = (await ps.StandardOutput.ReadToEndAsync()).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

        sessions.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task takes_a_socket_elsewhere_when_the_path_of_its_own_is_too_long()
    {
        var folder = Path.Combine(_folder.Path, new string('d', 100));
        await using (var postgres = await EmbeddedPostgres.Start(new() { DataFolder = folder, Durable = false }))
        {
            (await Query(postgres.ConnectionString, "select 1")).ShouldBe(1);
        }

        await EmbeddedPostgres.Remove(folder);
        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public async Task refuses_a_second_server_on_the_same_data_folder()
    {
        await using var first = await _folder.Start();

        var refusal = await Should.ThrowAsync<EmbeddedPostgresException>(() => _folder.Start());

        refusal.Message.ShouldStartWith($"Another server is already using the data folder {_folder.Path}");
        (await Query(first.ConnectionString, "select 1")).ShouldBe(1);
    }

    static Task<object?> Query(string connectionString, string sql) => TestFolder.Query(connectionString, sql);
}
