using Campaigns.Insight;
using Campaigns.Recipients;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

/// <summary>How everything is when a danger is over and nobody did anything about it.</summary>
static class Rest
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Completes when the campaigns are over and know of everything that the sandbox has and told.</summary>
    public static async Task Ended(this Stage stage, int withinSeconds, params Guid[] campaigns)
    {
        foreach (var campaign in campaigns)
        {
            await stage.Api.Follow(campaign, progress => progress.IsOver(), withinSeconds);
        }

        await stage.Drained();
        var arrived = stage.Accepted().ToHashSet();
        foreach (var campaign in campaigns)
        {
            var theirs = (await stage.Api.Recipients(campaign)).Count(recipient => arrived.Contains(recipient.Id.ToString("N")));
            await stage.Api.Follow(campaign, progress => progress.IsOver() && progress.Sent == theirs);
        }
    }

    /// <summary>
    /// Waits until no invariant is violated any more, which becomes so by itself; names the invariants and the ids where it does not. Then makes the
    /// projections anew from the events: they are what they were.
    /// </summary>
    public static async Task ShouldComeToRest(this Stage stage)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        var violations = await stage.Violations();
        while (violations.Count > 0 && !patience.IsCancellationRequested)
        {
            await ticks.WaitForNextTickAsync(CancellationToken.None);
            violations = await stage.Violations();
        }

        violations.ShouldBeEmpty();
        await stage.Services.ShouldSurviveARebuild();
    }

    /// <summary>Of these campaigns, which are all there are, everybody has one end, and everything has come to rest.</summary>
    public static async Task<List<RecipientView>> ShouldBeAtRest(this Stage stage, ITestOutputHelper output, int messages, params Guid[] campaigns)
    {
        await stage.ShouldComeToRest();
        var recipients = await stage.ShouldAccountFor(messages, campaigns);
        output.WriteLine(string.Join(", ", recipients.CountBy(recipient => recipient.Status).Select(status => $"{status.Key} {status.Value}")));
        output.WriteLine(string.Join(", ", await stage.Store.Texts(
            "select type || ' ' || count(*) from mt_events where type not like 'recipient%' and type not like 'campaign%' group by type order by type")));
        return recipients;
    }

    static async Task<List<string>> Violations(this Stage stage)
    {
        string[] accepted = [.. stage.Accepted()];
        return [.. await stage.Store.Violations(Invariants.Always), .. await stage.Store.Violations(Invariants.AtRest, accepted)];
    }

    /// <summary>The ids of the messages that the sandbox accepted, as often as it did.</summary>
    public static IEnumerable<string> Accepted(this Stage stage) => stage.Sandbox.Arrivals().Select(arrival => arrival.Id).OfType<string>();
}
