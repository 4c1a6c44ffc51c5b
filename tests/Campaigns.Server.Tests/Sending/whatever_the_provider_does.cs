using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Sandbox;
using Campaigns.Sandbox.Faults;

namespace Campaigns.Server.Tests.Sending;

/// <summary>A server on a stage of its own, for all tests of a class.</summary>
public sealed class ServerOnStage(PostgresFixture postgres) : IAsyncLifetime
{
    internal Stage Stage { get; private set; } = null!;

    ServerProcess server = null!;

    public async Task InitializeAsync()
    {
        Stage = await Stage.Set(await postgres.NewDatabase());
        server = await ServerProcess.Start(new Dictionary<string, string?>(Stage.Settings(Stage.Sandbox.Address))
        {
            ["SendGrid:Timeout"] = "00:00:01",
            ["Twilio:Timeout"] = "00:00:01",
            ["Sending:LookUpAfter:0"] = "00:00:01",
            ["Sending:InDoubtFor"] = "00:00:03",
            ["Sending:FirstRetry"] = "00:00:00.2",
            ["Sending:ErrorsBeforeBreak"] = "1000",
        });
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await Stage.DisposeAsync();
    }
}

[Collection("sending")]
public sealed class whatever_the_provider_does(ServerOnStage running) : IClassFixture<ServerOnStage>
{
    const int People = 30;

    static readonly FaultKind[] OfTextsToo = [FaultKind.RepeatedEvents, FaultKind.ReversedEvents, FaultKind.BadSignature, FaultKind.LostEvents];

    public static readonly string[] Faults =
    [
        .. Enum.GetNames<FaultKind>(), "ErrorAfter LostEvents", "ResetAfter LostEvents", "SilenceAfter LostEvents", "ErrorBefore ErrorAfter ReversedEvents",
        "RepeatedEvents HugePosts",
    ];

    public static TheoryData<string> EachFault => [.. Faults];

    [Theory]
    [MemberData(nameof(EachFault))]
    public async Task nobody_gets_it_twice_and_everybody_has_an_end(string faults)
    {
        var kinds = faults.Split(' ').Select(Enum.Parse<FaultKind>).ToList();
        var (stage, sandbox) = (running.Stage, running.Stage.Sandbox);
        await stage.Forget();
        var all = kinds.SelectMany(kind => Of(kind, kinds.Count > 1)).ToList();
        all.ForEach(sandbox.Faults.Add);
        var number = Array.IndexOf(Faults, faults);
        var campaign = await stage.Launch($"f{number}x", $"+4179{number:D2}9", People, "emailAndSms", new Pace(new BatchPace(10, 10, 0, 0)));
        while ((await stage.Api.Follow(campaign, progress => progress.IsOver() || progress.Status == CampaignStatus.Paused)).Status == CampaignStatus.Paused)
        {
            kinds.ShouldContain(FaultKind.Unauthorized); // nothing else needs a person
            await stage.Api.Command(campaign, "resume");
        }

        await stage.Drained();
        var theirs = sandbox.Counts();
        var progress = await stage.Api.Follow(campaign, progress => progress.IsOver() && progress.Sent == theirs.Accepted + theirs.Sms.Accepted
            && (kinds.Contains(FaultKind.LostEvents) || progress.Delivered == theirs.Delivered + theirs.Sms.Delivered));

        sandbox.Faults.InForce().ShouldAllBe(fault => fault.Count == null);
        progress.Failed.ShouldBe(all.Where(fault => fault is { Kind: FaultKind.TooLarge, Channel: MessageChannel.Email }).Sum(fault => fault.Count!.Value));
        progress.InDoubt.ShouldBe(all.Where(fault => fault.Kind is FaultKind.ErrorBefore or FaultKind.ResetBefore).Sum(fault => fault.Count!.Value));
        await stage.ShouldAccountFor(2 * People, campaign);
    }

    /// <summary>So often that it happens for sure, from the start. Lost beside another fault are all events, so that only a look-up can tell.</summary>
    static IEnumerable<Fault> Of(FaultKind kind, bool besideAnother)
    {
        var fault = kind switch
        {
            FaultKind.BadSignature or FaultKind.HugePosts => new Fault { Kind = kind, Count = 1 },
            FaultKind.LostEvents when besideAnother => new Fault { Kind = kind },
            _ => new Fault { Kind = kind, Count = 4, Milliseconds = 300 },
        };
        yield return fault with { Channel = MessageChannel.Email };
        if (kind < FaultKind.RepeatedEvents || OfTextsToo.Contains(kind))
        {
            yield return fault with { Channel = MessageChannel.Sms };
        }
    }
}
