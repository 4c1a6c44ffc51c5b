using System.Net.Http.Json;
using System.Text.Json;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sandbox;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

/// <summary>The real executable, killed (SIGKILL) in the middle of sending.</summary>
[Collection("killing one")]
public sealed class when_the_server_is_killed(PostgresFixture postgres, ITestOutputHelper output)
{
    enum Moment { BeforeTheProviderHasIt, BeforeTheAnswer }

    [Fact]
    public async Task nobody_gets_it_twice_and_nobody_is_forgotten()
    {
        const int people = 1500;
        var random = Seeded();
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
        var kills = new Killer(
            gate, (random.Next(30, 250), Moment.BeforeTheAnswer), (random.Next(300, 700), Moment.BeforeTheProviderHasIt),
            (random.Next(750, 1250), Moment.BeforeTheAnswer));
        var settings = stage.Settings(gate.Address);
        var server = kills.Victim = await ServerProcess.Start(settings);
        try
        {
            using var api = server.Client(stage.Key);
            var campaign = await api.Launch(Enumerable.Range(1, people).Select(i => $"person{i}@mail{i % 7}.example"));
            await api.Follow(campaign, progress => progress.Recipients > 0);
            server.Kill(); // while the audience becomes recipients
            do
            {
                await server.Exit();
                await server.DisposeAsync();
                server = kills.Victim = await ServerProcess.Start(settings);
            }
            while (!await IsFollowedToItsEnd(api, campaign));

            kills.Left.ShouldBe(0);
            await HeardOfEverything(api, campaign, stage.Sandbox, gate.Accepted.Count);

            // What was acknowledged is kept: a webhook, and a kill right behind its answer.
            var silent = (await api.Recipients(campaign)).First(recipient => recipient is { OpenedAt: null, DeliveredAt: not null });
            using (var answer = await stage.Voice.Post(server.Address, Stage.Tenant, SendGridVoice.Event("open", silent.Id, TimeProvider.System.GetUtcNow())))
            {
                server.Kill();
                answer.EnsureSuccessStatusCode();
            }

            await server.Exit();
            await server.DisposeAsync();
            server = await ServerProcess.Start(settings);
            var opened = stage.Sandbox.Counts().Opened + 1;
            await api.Follow(campaign, progress => progress.Opened == opened);

            await NobodyTwiceAndNobodyForgotten(stage, api, campaign, people, gate.Accepted);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task another_server_on_the_same_database_takes_over()
    {
        const int people = 800;
        var random = Seeded();
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gateOfFirst = await ProviderGate.Start(stage.Sandbox.Address);
        await using var gateOfSecond = await ProviderGate.Start(stage.Sandbox.Address);
        var kills = new Killer(gateOfFirst, (random.Next(5, 50), Moment.BeforeTheAnswer));
        await using var first = kills.Victim = await ServerProcess.Start(stage.Settings(gateOfFirst.Address));
        await using var second = await ServerProcess.Start(stage.Settings(gateOfSecond.Address, Stage.ServerAddress()));
        stage.SendWebhooksTo(second.Address);
        using var starting = first.Client(stage.Key); // work is done where it begins, as long as that node lives
        using var api = second.Client(stage.Key);
        var campaign = await starting.Launch(
            Enumerable.Range(1, people).Select(i => $"person{i}@mail{i % 7}.example"), new Pace(new BatchPace(10, 20, 0, 0)));

        (await IsFollowedToItsEnd(api, campaign)).ShouldBeTrue();

        kills.Left.ShouldBe(0);
        gateOfSecond.Accepted.ShouldNotBeEmpty();
        Guid[] accepted = [.. gateOfFirst.Accepted, .. gateOfSecond.Accepted];
        await HeardOfEverything(api, campaign, stage.Sandbox, accepted.Length);
        await NobodyTwiceAndNobodyForgotten(stage, api, campaign, people, accepted);
    }

    [Fact]
    public async Task whoever_is_tried_again_gets_it_once()
    {
        const int people = 700;
        var random = Seeded();
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
        var kills = new Killer(gate, (random.Next(30, 250), Moment.BeforeTheAnswer), (random.Next(300, 550), Moment.BeforeTheProviderHasIt));
        var settings = stage.Settings(gate.Address);
        var server = kills.Victim = await ServerProcess.Start(settings);
        try
        {
            using var api = server.Client(stage.Key);
            var list = await api.Import("Companies", Enumerable.Range(1, people).Select(i => $"person{i}@mail{i % 7}.example,"), "email,company");
            var campaign = await api.Draft(list, await api.MakeTemplate("To {{company}}"));
            await api.Command(campaign, "launch?force=true");
            await api.Follow(campaign, progress => progress.Status == CampaignStatus.Failed);
            await api.Import("Companies&existing=update", Enumerable.Range(1, people).Select(i => $"person{i}@mail{i % 7}.example,Acme"), "email,company");

            (await api.Command(campaign, "retry", new { failed = "all" })).Number("recipients").ShouldBe(people);
            if (!await IsFollowed(api, campaign, progress => progress.Failed < people))
            {
                kills.Left.ShouldBe(1); // the first ones were handed over, and it was struck, before we could see it
            }

            server.Kill(); // while they are being queued again
            do
            {
                await server.Exit();
                await server.DisposeAsync();
                server = kills.Victim = await ServerProcess.Start(settings);
            }
            while (!await IsFollowedToItsEnd(api, campaign));

            kills.Left.ShouldBe(0);
            await HeardOfEverything(api, campaign, stage.Sandbox, gate.Accepted.Count);
            await NobodyTwiceAndNobodyForgotten(stage, api, campaign, people, gate.Accepted);
            (await api.Recipients(campaign)).ShouldAllBe(recipient => recipient.Status == RecipientStatus.Sent || recipient.Status == RecipientStatus.InDoubt);
            var store = stage.Store;
            (await store.Number("select count(*) from mt_events where type = 'recipient_requeued'")).ShouldBe(people);
            (await store.Number("select count(distinct stream_id) from mt_events where type = 'recipient_requeued'")).ShouldBe(people);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task only_told_to_stop_it_leaves_nobody_in_doubt()
    {
        const int people = 300;
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
        ServerProcess? server = null;
        gate.Before = message =>
        {
            if (message == 100)
            {
                server!.Terminate();
            }

            return Task.FromResult(true);
        };
        server = await ServerProcess.Start(stage.Settings(gate.Address));
        try
        {
            using var api = server.Client(stage.Key);
            var campaign = await api.Launch(Enumerable.Range(1, people).Select(i => $"person{i}@mail{i % 7}.example"));
            (await IsFollowedToItsEnd(api, campaign)).ShouldBeFalse();
            (await server.Exit(withinSeconds: 25)).ShouldBe(0);
            await server.DisposeAsync();
            var handedOver = gate.Count;
            handedOver.ShouldBeLessThan(people);

            server = await ServerProcess.Start(stage.Settings(gate.Address));
            (await IsFollowedToItsEnd(api, campaign)).ShouldBeTrue();

            await HeardOfEverything(api, campaign, stage.Sandbox, people);
            await NobodyTwiceAndNobodyForgotten(stage, api, campaign, people, gate.Accepted);
            (await api.Progress(campaign)).ShouldHaveEnded();
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task nobody_gets_it_twice_when_one_without_workers_was_asked_for_a_round()
    {
        const int people = 120;
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
        var settings = stage.Settings(gate.Address);
        settings["Workers:Enabled"] = "false";
        ServerProcess? server = null;
        gate.After = message =>
        {
            if (message == people / 2)
            {
                server!.Kill();
            }

            return Task.FromResult(true);
        };
        server = await ServerProcess.Start(settings);
        try
        {
            using var api = server.Client(stage.Key);
            var campaign = await api.Launch(Enumerable.Range(1, people).Select(i => $"person{i}@a.example"), new Pace(new BatchPace(20, 20, 0, 0)));

            await Should.ThrowAsync<Exception>(() => Rounds(api, campaign));
            await server.Exit();
            await server.DisposeAsync();
            server = await ServerProcess.Start(settings);
            await Rounds(api, campaign);

            var recipients = await stage.ShouldAccountFor(people, campaign);
            gate.Count.ShouldBeGreaterThanOrEqualTo(people - 20);
            recipients.Count(recipient => recipient.Status == RecipientStatus.Sent).ShouldBe(gate.Accepted.Count);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Asks for rounds, as cron would, until the campaign is over.</summary>
    static async Task Rounds(HttpClient api, Guid campaign)
    {
        for (var rounds = 0; !(await api.Progress(campaign)).IsOver(); rounds++)
        {
            rounds.ShouldBeLessThan(500);
            using var round = await api.PostAsync(new Uri("process", UriKind.Relative), null);
            round.EnsureSuccessStatusCode();
            (await round.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("handled").GetInt32().ShouldBeGreaterThanOrEqualTo(0);
        }
    }

    /// <returns>False when the server went away before the end.</returns>
    static Task<bool> IsFollowedToItsEnd(HttpClient api, Guid campaign) => IsFollowed(api, campaign, progress => progress.IsOver());

    /// <returns>False when the server ended before.</returns>
    static async Task<bool> IsFollowed(HttpClient api, Guid campaign, Func<CampaignProgress, bool> until)
    {
        try
        {
            await api.Follow(campaign, until, withinSeconds: 120);
            return true;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return false;
        }
    }

    static async Task HeardOfEverything(HttpClient api, Guid campaign, SandboxServer sandbox, int accepted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await sandbox.Drained(patience.Token);
        var counts = sandbox.Counts();
        await api.Follow(campaign, progress => progress.Sent == accepted && progress.Delivered == counts.Delivered && progress.Opened == counts.Opened
            && progress.Clicked == counts.Clicked && progress.Bounced == counts.Bounced + counts.Dropped
            && progress.Complained == counts.Complained && progress.Unsubscribed == counts.Unsubscribed);
    }

    async Task NobodyTwiceAndNobodyForgotten(Stage stage, HttpClient api, Guid campaign, int people, IReadOnlyCollection<Guid> accepted)
    {
        stage.Sandbox.Counts().Duplicates.ShouldBe(0);
        var recipients = await api.Recipients(campaign);
        output.WriteLine(string.Join(", ", recipients.CountBy(recipient => recipient.Status)));
        recipients.Count.ShouldBe(people);
        recipients.ShouldAllBe(recipient => recipient.Status == RecipientStatus.Sent || recipient.Status == RecipientStatus.Failed
            || recipient.Status == RecipientStatus.InDoubt || recipient.Status == RecipientStatus.Skipped);
        recipients.Where(recipient => recipient.Status == RecipientStatus.Sent).Select(recipient => recipient.Id).ShouldBe(accepted, ignoreOrder: true);
        (await api.Progress(campaign)).Status.ShouldBeOneOf(CampaignStatus.Completed, CampaignStatus.Partial);
        await stage.ShouldComeToRest();
    }

    Random Seeded()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"Seed {seed}");
        return new Random(seed);
    }

    /// <summary>Kills the server at its n-th message.</summary>
    sealed class Killer
    {
        readonly List<(int Message, Moment Moment)> planned;

        public Killer(ProviderGate gate, params (int Message, Moment Moment)[] planned)
        {
            this.planned = [.. planned];
            gate.Before = message => Task.FromResult(Lives(message, Moment.BeforeTheProviderHasIt));
            gate.After = message => Task.FromResult(Lives(message, Moment.BeforeTheAnswer));
        }

        public ServerProcess? Victim { get; set; }

        public int Left
        {
            get
            {
                lock (planned)
                {
                    return planned.Count;
                }
            }
        }

        bool Lives(int message, Moment moment)
        {
            lock (planned)
            {
                if (planned is not [var next, ..] || next.Moment != moment || message < next.Message)
                {
                    return true;
                }

                planned.RemoveAt(0);
                Victim!.Kill();
                return false;
            }
        }
    }
}
