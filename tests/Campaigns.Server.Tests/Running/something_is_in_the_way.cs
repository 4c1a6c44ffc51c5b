using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Campaigns.Server.Tests.Running;

/// <summary>What is in the way is told in one line, to a person.</summary>
[Collection("running")]
public sealed class something_is_in_the_way(PostgresFixture postgres)
{
    [Fact]
    public async Task the_port_is_taken()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        ShouldExplain(await Run(await postgres.NewDatabase(), $"http://127.0.0.1:{port}"), $"{port}");
    }

    [Fact]
    public async Task the_connection_string_is_none() => ShouldExplain(await Run("postgres, please"), "ConnectionStrings__Campaigns");

    [Fact]
    public async Task the_database_cannot_be_reached() =>
        ShouldExplain(await Run($"Host=127.0.0.1;Port={ServerProcess.FreePort()};Username=x;Password=whispered;Database=x"), "ConnectionStrings__Campaigns");

    [Fact]
    public async Task the_database_does_not_exist() => ShouldExplain(await Run(await postgres.NewDatabase() + ";Database=nowhere"), "nowhere");

    [Fact]
    public async Task the_connection_string_of_a_command_is_none() =>
        ShouldExplain(await ServerProcess.Run(["migrate"], Settings("postgres, please")), "ConnectionStrings__Campaigns");

    [Theory]
    [InlineData("migrate")]
    [InlineData("events export")]
    [InlineData("projections list")]
    public async Task also_for_a_command(string command) => ShouldExplain(
        await ServerProcess.Run(command.Split(' '), Settings($"Host=127.0.0.1;Port={ServerProcess.FreePort()};Username=x;Password=whispered;Database=x")), "");

    [Theory]
    [InlineData("migrate")]
    [InlineData("doctor")]
    [InlineData("doctor --only projections")]
    [InlineData("messages replay --all")]
    [InlineData("projections rebuild ledger")]
    public async Task the_user_of_the_database_has_no_right_to_change_it(string command)
    {
        var run = await ServerProcess.Run(command.Split(' '), Settings(await ReadOnly()));

        run.Code.ShouldBe(1, run.Output + run.Error);
        run.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("lacks a right: permission denied");
        run.Output.ShouldNotContain("cannot be replayed");
    }

    [Theory]
    [InlineData("messages dead")]
    [InlineData("events export")]
    [InlineData("projections list")]
    public async Task not_for_a_user_who_may_only_look_and_looks(string command)
    {
        var run = await ServerProcess.Run(command.Split(' '), Settings(await ReadOnly()));
        run.Code.ShouldBe(0, run.Error);
    }

    [Fact]
    public async Task the_file_of_an_export_cannot_be_made()
    {
        var run = await ServerProcess.Run(["events", "export", "--output", "/nowhere/events.ndjson"], Settings(await ReadOnly()));

        run.Code.ShouldBe(1, run.Error);
        run.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("/nowhere/events.ndjson");
    }

    [Fact]
    public async Task an_address_is_none() => ShouldExplain(await Run(await postgres.NewDatabase(), "nonsense"), "nonsense");

    [Fact]
    public async Task a_setting_is_misspelt() => ShouldExplain(await ServerProcess.Run(["--url", "http://127.0.0.1:0"], Settings("")), "'url'");

    [Fact]
    public async Task the_master_key_is_none_and_is_not_repeated()
    {
        var run = await ServerProcess.Run(
            [], new Dictionary<string, string?>(Settings(await postgres.NewDatabase())) { ["Secrets:Key"] = "too-short", ["Urls"] = "http://127.0.0.1:0" });

        ShouldExplain(run, "Secrets:Key");
        run.Error.ShouldNotContain("too-short");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("rabbit.example")]
    public async Task the_broker_is_not_named(string? address)
    {
        var settings = new Dictionary<string, string?>(Settings(await postgres.NewDatabase()))
        {
            ["Messaging:Transport"] = "rabbitmq", ["Messaging:RabbitMq"] = address, ["Urls"] = "http://127.0.0.1:0",
        };

        ShouldExplain(await ServerProcess.Run([], settings), "Messaging:RabbitMq");
    }

    [Fact]
    public async Task the_port_of_the_sandbox_is_taken()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Campaigns"] = await postgres.NewDatabase(), ["SendGrid:ApiKey"] = "", ["Urls"] = "http://127.0.0.1:0",
            ["Sandbox:Enabled"] = "true", ["Sandbox:Url"] = $"http://{other.LocalEndpoint}",
        };

        ShouldExplain(await ServerProcess.Run([], settings), "Sandbox__Url");
    }

    [Fact]
    public async Task a_number_of_a_command_is_none()
    {
        var run = await ServerProcess.Run(["demo", "--recipients", "many"], new Dictionary<string, string?>());

        run.Code.ShouldBe(1, run.Error);
        (run.Output + run.Error).ShouldNotContain("   at ");
    }

    static Task<(int Code, string Output, string Error)> Run(string connectionString, string urls = "http://127.0.0.1:0") =>
        ServerProcess.Run([], new Dictionary<string, string?>(Settings(connectionString)) { ["Urls"] = urls });

    static Dictionary<string, string?> Settings(string connectionString) => new() { ["ConnectionStrings:Campaigns"] = connectionString, ["SendGrid:ApiKey"] = "SG.x" };

    static void ShouldExplain((int Code, string Output, string Error) run, string named)
    {
        run.Code.ShouldBe(1, run.Error);
        run.Error.Trim().Split('\n').Length.ShouldBe(1, run.Error);
        run.Error.ShouldStartWith("Campaigns cannot start. ");
        run.Error.ShouldContain(named);
        run.Error.ShouldNotContain("whispered");
        run.Output.ShouldNotContain("   at ");
    }

    /// <summary>A migrated database, in the eyes of a user who may read it.</summary>
    async Task<string> ReadOnly()
    {
        var database = await postgres.NewDatabase();
        (await ServerProcess.Run(["migrate"], Settings(database))).Code.ShouldBe(0);
        var reader = $"reader_{Guid.NewGuid():n}";
        await using var owner = NpgsqlDataSource.Create(database);
        await owner.CreateCommand("""
            insert into campaigns.wolverine_dead_letters (id, body, message_type, received_at, sent_at, replayable)
            values (gen_random_uuid(), '\x', 'send_batch', 'local://sending/', now(), false)
            """).ExecuteNonQueryAsync(); // something that a command would change
        await owner.CreateCommand($"create role {reader} login; grant usage on schema campaigns to {reader}; grant select on all tables in schema campaigns to {reader}").ExecuteNonQueryAsync();
        return $"{database};Username={reader}";
    }
}
