using System.Diagnostics;
using Campaigns.Server.Postgres;

namespace Campaigns.Server.Tests.Postgres;

public sealed class after_a_kill : IAsyncLifetime
{
    readonly TestFolder _folder = new();

    public async Task InitializeAsync()
    {
        await using var postgres = await _folder.Start();
        await TestFolder.Query(postgres.ConnectionString, "create table kept as select 42 as answer");
    }

    public Task DisposeAsync() => _folder.Remove();

    [Fact]
    public async Task of_postgres_the_next_start_recovers()
    {
        await using (var postgres = await _folder.Start())
        {
            await TestFolder.Query(postgres.ConnectionString, "insert into kept values (43)");
            using var victim = Process.GetProcessById(postgres.ProcessId);
            victim.Kill();
        }

        await using var next = await _folder.Start();
        (await TestFolder.Query(next.ConnectionString, "select sum(answer)::int from kept")).ShouldBe(85);
    }

    [Fact]
    public async Task of_the_server_the_next_start_ends_the_postgres_it_left_running()
    {
        var left = await LeavePostgresRunning();

        await using var next = await _folder.Start();

        next.ProcessId.ShouldNotBe(left);
        TestFolder.IsRunning(left).ShouldBeFalse();
        (await TestFolder.Query(next.ConnectionString, "select answer from kept")).ShouldBe(42);
    }

    [Fact]
    public async Task of_the_server_its_data_can_be_removed()
    {
        var left = await LeavePostgresRunning();

        await EmbeddedPostgres.Remove(_folder.Path);

        TestFolder.IsRunning(left).ShouldBeFalse();
        Directory.Exists(_folder.Path).ShouldBeFalse();
    }

    [Fact]
    public async Task a_pid_file_whose_number_now_belongs_to_another_process_is_no_obstacle()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Cluster, "postmaster.pid"), $"{Environment.ProcessId}\n{_folder.Cluster}\n0\n5432\n");

        await using var next = await _folder.Start();

        (await TestFolder.Query(next.ConnectionString, "select answer from kept")).ShouldBe(42);
    }

    /// <summary>What a SIGKILL of the server leaves: a postmaster, and a lock that nobody holds.</summary>
    async Task<int> LeavePostgresRunning()
    {
        using var home = await ClusterHome.Open(_folder.Path, CancellationToken.None);
        var binaries = await PostgresBinaries.Find(null, home.Cluster, null, CancellationToken.None);
        (await ExternalProgram.Run(
            home.Account.Command(binaries.PgCtl, "start", "--wait", "--silent", $"--pgdata={home.Cluster}", $"--log={home.Log}"),
            TimeSpan.FromMinutes(1),
            CancellationToken.None)).Succeeded.ShouldBeTrue();
        return Postmaster.Of(home.Cluster).ShouldNotBeNull().ProcessId;
    }
}
