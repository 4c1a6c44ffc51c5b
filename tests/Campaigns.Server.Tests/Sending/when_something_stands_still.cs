using System.Diagnostics;
using System.Globalization;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Server.Tests.Postgres;
using Campaigns.Server.Tests.Running;
using Xunit.Abstractions;

namespace Campaigns.Server.Tests.Sending;

/// <summary>
/// Two servers on one database: one of them is stopped (SIGSTOP) until others have taken its work, and goes on; their PostgreSQL is killed and stays
/// away; work is due before anybody is ready for it. From the environment: STANDSTILL_SECONDS for how long it lasts at least, STANDSTILL_PEOPLE for how many
/// recipients there are.
/// </summary>
[Collection("waiting")]
public sealed class when_something_stands_still(PostgresFixture postgres, ITestOutputHelper output) : IAsyncLifetime
{
    RabbitMq? broker;

    static TimeSpan AtLeast => TimeSpan.FromSeconds(Number("STANDSTILL_SECONDS") ?? 3);

    static int People => Number("STANDSTILL_PEOPLE") ?? 400;

    [Theory]
    [InlineData("local")]
    [InlineData("postgresql")]
    [InlineData("rabbitmq")]
    public async Task a_server_that_was_taken_for_dead_goes_on_and_changes_nothing(string transport)
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gateOfFirst = await ProviderGate.Start(stage.Sandbox.Address);
        await using var gateOfSecond = await ProviderGate.Start(stage.Sandbox.Address);
        await using var first = await ServerProcess.Start(await Settings(stage, gateOfFirst, stage.FirstServer, transport));
        var stopped = new TaskCompletionSource();
        gateOfFirst.Before = message =>
        {
            if (message == People / 5)
            {
                first.Stop();
                stopped.SetResult();
            }

            return Task.FromResult(true);
        };
        using var api = first.Client(stage.Key);
        var campaign = await api.Launch(Enumerable.Range(1, People).Select(i => $"person{i}@mail{i % 7}.example"), new Pace(new BatchPace(20, 20, 0, 0)));
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(60));
        using var standstill = new PeriodicTimer(AtLeast);

        await using var second = await ServerProcess.Start(await Settings(stage, gateOfSecond, Stage.ServerAddress(), transport));
        stage.SendWebhooksTo(second.Address);
        await stage.Api.Follow(campaign, progress => progress.IsOver(), withinSeconds: 120);
        await standstill.WaitForNextTickAsync(); // at once where it has lasted long enough
        first.Continue();
        await Ended(stage, campaign);

        gateOfSecond.Accepted.Count.ShouldBeGreaterThan(People / 2);
        (gateOfFirst.Count + gateOfSecond.Count).ShouldBeLessThanOrEqualTo(People);
        await Account(stage, campaign);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("postgresql")]
    [InlineData("rabbitmq")]
    public async Task the_database_is_killed_and_away_for_a_while(string transport)
    {
        var folder = new TestFolder();
        var database = await folder.Start();
        try
        {
            await using var stage = await Stage.Set(database.ConnectionString);
            await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
            var killed = new TaskCompletionSource();
            gate.Before = message =>
            {
                if (message == People / 4)
                {
                    using var postmaster = Process.GetProcessById(database.ProcessId);
                    postmaster.Kill();
                    killed.SetResult();
                }

                return Task.FromResult(true);
            };
            await using var first = await ServerProcess.Start(await Settings(stage, gate, stage.FirstServer, transport));
            await using var second = await ServerProcess.Start(await Settings(stage, gate, Stage.ServerAddress(), transport));
            using var api = first.Client(stage.Key);
            var campaign = await api.Launch(Enumerable.Range(1, People).Select(i => $"person{i}@mail{i % 7}.example"), new Pace(new BatchPace(20, 20, 0, 0)));
            await killed.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await database.DisposeAsync();
            using (var away = new PeriodicTimer(AtLeast))
            {
                await away.WaitForNextTickAsync();
            }

            database = await folder.Start();
            await Ended(stage, campaign);

            await Account(stage, campaign);
        }
        finally
        {
            await database.DisposeAsync();
            await folder.Remove();
        }
    }

    [Theory]
    [InlineData("local")]
    [InlineData("postgresql")]
    [InlineData("rabbitmq")]
    public async Task timeouts_are_due_while_servers_start(string transport)
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
        await using (var server = await ServerProcess.Start(await Settings(stage, gate, stage.FirstServer, transport)))
        {
            var campaign = await stage.Api.Launch(Enumerable.Range(1, People).Select(i => $"person{i}@mail{i % 7}.example"), new Pace(new BatchPace(10, 10, 0, 0)));
            await Ended(stage, campaign);
            server.Kill();
        }

        const string silent = "select count(*) from recipients where status = 'sent' and coalesce(opened_at, clicked_at, bounced_at) is null";
        var unopened = await stage.Store.Number(silent);
        unopened.ShouldBeGreaterThan(People / 4);
        // A broker that knows no time gets them when they are due, out of an envelope of Wolverine's.
        await stage.Store.Texts("""
            update wolverine_incoming_envelopes set execution_time = now()
            where message_type = 'time_out_opens' or message_type = 'scheduled-envelope' and execution_time > now() + interval '1 day'
            returning status
            """);

        Dictionary<string, string?>[] settings =
            [await Settings(stage, gate, stage.FirstServer, transport), await Settings(stage, gate, Stage.ServerAddress(), transport)];
        var servers = await Task.WhenAll(settings.Select(each => ServerProcess.Start(each)));
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            while (await stage.Store.Number("select count(*) from mt_events where type = 'open_timed_out'") < unopened)
            {
                patience.Token.ThrowIfCancellationRequested();
            }

            (await stage.Store.Number($"{silent} and timed_out_at is null")).ShouldBe(0);
            await stage.Store.ShouldAddUp();
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (broker is not null)
        {
            await broker.DisposeAsync();
        }
    }

    /// <summary>The settings of a server, and a broker where it needs one.</summary>
    async Task<Dictionary<string, string?>> Settings(Stage stage, ProviderGate gate, Uri server, string transport) => new(stage.Settings(gate.Address, server))
    {
        ["Messaging:Transport"] = transport,
        ["Messaging:RabbitMq"] = transport == "rabbitmq" ? (broker ??= await RabbitMq.Start()).Address : null,
    };

    /// <summary>Until the campaign is over and everything is recorded that the sandbox told.</summary>
    static async Task Ended(Stage stage, Guid campaign)
    {
        await stage.Api.Follow(campaign, progress => progress.IsOver(), withinSeconds: 300);
        await stage.Drained();
        var arrived = stage.Sandbox.Arrivals().Count;
        await stage.Api.Follow(campaign, progress => progress.IsOver() && progress.Sent == arrived);
    }

    async Task Account(Stage stage, Guid campaign)
    {
        var recipients = await stage.ShouldAccountFor(People, campaign);
        output.WriteLine(string.Join(", ", recipients.CountBy(recipient => recipient.Status).Select(status => $"{status.Key} {status.Value}")));
        recipients.Count(recipient => recipient.Status == RecipientStatus.InDoubt).ShouldBeLessThanOrEqualTo(2 * 20);
    }

    static int? Number(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : null;
}
