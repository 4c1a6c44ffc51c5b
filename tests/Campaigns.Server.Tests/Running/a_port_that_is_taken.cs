using System.Net;
using System.Net.Sockets;

namespace Campaigns.Server.Tests.Running;

/// <summary>A port that another program has is noticed before anything starts, and the way on is told.</summary>
[Collection("running")]
public sealed class a_port_that_is_taken(PostgresFixture postgres) : IAsyncLifetime
{
    readonly TestFolder folder = new();

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(folder.Path);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Server.Postgres.EmbeddedPostgres.Remove(Path.Combine(folder.Path, ".data"));
        Directory.Delete(folder.Path, recursive: true);
    }

    [Fact]
    public async Task is_left_for_the_next_free_one_where_nobody_chose_it()
    {
        using var server = Take(5080); // or somebody else on this machine has it, which is the same
        using var sandbox = Take(5090);

        await using var newcomer = await ServerProcess.Start(Private(), folder.Path);

        newcomer.Said.ShouldContain("Port 5080 is taken");
        newcomer.Said.ShouldContain("lsof -i :5080");
        newcomer.Said.ShouldContain($"Port {newcomer.Address.Port} is free and takes its place.");
        newcomer.Address.Port.ShouldBeInRange(5081, 5180);
        newcomer.Said.ShouldContain("Port 5090 for the sandbox is taken");
        var mailbox = new Uri(newcomer.Told("Mailbox")).Port;
        mailbox.ShouldBeInRange(5091, 5190);
        mailbox.ShouldNotBe(newcomer.Address.Port);
        newcomer.Said.IndexOf("is taken", StringComparison.Ordinal).ShouldBeLessThan(newcomer.Said.IndexOf("Starting ", StringComparison.Ordinal));
        newcomer.Terminate();
        (await newcomer.Exit(withinSeconds: 30)).ShouldBe(0, newcomer.Complained);
    }

    [Theory]
    [InlineData("--port", "{0}")]
    [InlineData("--urls", "http://127.0.0.1:{0}")]
    public async Task is_refused_where_somebody_chose_it_before_anything_starts(string option, string value)
    {
        using var other = Take(0);
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var run = await ServerProcess.Run(
            [option, string.Format(null, value, port)], new Dictionary<string, string?>(Private()) { ["Sandbox:Url"] = "http://127.0.0.1:0" }, folder.Path);

        ShouldOfferTheNext(run, port);
        Directory.Exists(Path.Combine(folder.Path, ".data")).ShouldBeFalse();
        run.Output.ShouldNotContain("Starting");
    }

    [Fact]
    public async Task is_refused_in_production_even_where_nobody_chose_it_and_the_database_stays_as_it_is()
    {
        using var server = Take(5080);
        var database = await postgres.NewEmptyDatabase();

        var run = await ServerProcess.Run([], new Dictionary<string, string?> { ["ConnectionStrings:Campaigns"] = database, ["SendGrid:ApiKey"] = "SG.x" }, folder.Path);

        ShouldOfferTheNext(run, 5080);
        (await TestFolder.Query(database, "select count(*) from information_schema.schemata where schema_name = 'campaigns'")).ShouldBe(0L);
    }

    [Fact]
    public async Task of_the_sandbox_is_refused_where_somebody_chose_it()
    {
        using var other = Take(0);
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var run = await ServerProcess.Run(
            ["--port", "0"], new Dictionary<string, string?>(Private()) { ["Sandbox:Url"] = $"http://127.0.0.1:{port}" }, folder.Path);

        run.Code.ShouldBe(1);
        run.Error.ShouldContain($"Port {port} for the sandbox is taken");
        run.Error.ShouldMatch(@"Sandbox__Url=http://127\.0\.0\.1:\d+ in the environment, which is free");
        Directory.Exists(Path.Combine(folder.Path, ".data")).ShouldBeFalse();
    }

    [Fact]
    public async Task is_not_that_of_a_server_that_was_given_another_one()
    {
        using var taken = Take(5080);
        var port = ServerProcess.FreePort();

        await using var server = ServerProcess.Begin(["--port", $"{port}"], new Dictionary<string, string?>
        {
            ["ConnectionStrings:Campaigns"] = await postgres.NewDatabase(), ["SendGrid:ApiKey"] = "SG.x", ["Urls"] = "http://localhost:5080",
        });

        (await server.Started()).ShouldBeTrue(server.Said + server.Complained);
        server.Address.ShouldBe(new Uri($"http://localhost:{port}"));
    }

    [Fact]
    public async Task is_not_one_at_which_the_server_listens_on_two_addresses_of_its_own()
    {
        var port = ServerProcess.FreePort();

        await using var server = ServerProcess.Begin([], new Dictionary<string, string?>
        {
            ["ConnectionStrings:Campaigns"] = await postgres.NewDatabase(), ["SendGrid:ApiKey"] = "SG.x",
            ["Urls"] = $"http://127.0.0.1:{port};http://127.0.0.2:{port}",
        });

        (await server.Started()).ShouldBeTrue(server.Said + server.Complained);
    }

    [Fact]
    public async Task is_that_of_the_sandbox_where_the_server_itself_is_to_have_it()
    {
        var address = $"http://127.0.0.1:{ServerProcess.FreePort()}";

        var run = await ServerProcess.Run([], new Dictionary<string, string?>(Private()) { ["Urls"] = address, ["Sandbox:Url"] = address }, folder.Path);

        run.Code.ShouldBe(1);
        run.Error.ShouldContain("for the sandbox is taken");
        Directory.Exists(Path.Combine(folder.Path, ".data")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("'http' is not a number", "--port", "http")]
    [InlineData("more than there are", "--port", "65536")]
    [InlineData("two answers to one question", "--port", "5081", "--urls", "http://127.0.0.1:5082")]
    public async Task cannot_be_chosen_like_this(string why, params string[] arguments)
    {
        var run = await ServerProcess.Run(arguments, Private(), folder.Path);

        run.Code.ShouldBe(1, why);
        run.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("--port");
    }

    /// <summary>Nothing is set that says where to listen, or that there is a database.</summary>
    static Dictionary<string, string?> Private() => new()
    {
        ["Urls"] = null, ["ASPNETCORE_URLS"] = null, ["Sandbox:Url"] = null, ["ConnectionStrings:Campaigns"] = null, ["SendGrid:ApiKey"] = null,
    };

    static void ShouldOfferTheNext((int Code, string Output, string Error) run, int port)
    {
        run.Code.ShouldBe(1, run.Output + run.Error);
        var told = run.Error.Trim().Split('\n').ShouldHaveSingleItem();
        told.ShouldStartWith($"Campaigns cannot start. Port {port} is taken");
        told.ShouldContain($"lsof -i :{port}");
        told.ShouldMatch(@"Start with --port \d+, which is free\.");
    }

    static TcpListener Take(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            // Taken already.
        }

        return listener;
    }
}
