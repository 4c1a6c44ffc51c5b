using Campaigns.Storage;
using Campaigns.Planning;
using Campaigns.Sending;

namespace Campaigns.Tests.Planning;

/// <summary>Every command upon a campaign in every status.</summary>
public sealed class what_each_status_allows
{
    // + is carried out, = changes nothing; a letter is the refusal in the legend below.
    const string Table = """
                 None Draft InReview Approved Scheduled Sending Paused Completed Partial Failed Cancelled Deleted
        edit     x    +     d        d        d         d       d      d         d       d      d         x
        delete   x    +     d        d        d         d       d      d         d       d      d         x
        test     x    =     d        d        d         d       d      d         d       d      d         x
        submit   x    +     =        d        d         d       d      d         d       d      d         x
        approve  x    r     +        =        r         r       r      r         r       r      r         x
        reject   x    r     +        r        r         r       r      r         r       r      r         x
        schedule x    +     a        +        +         d       d      d         d       d      d         x
        launch   x    +     a        +        +         =       =      d         d       d      d         x
        pause    x    s     s        s        s         +       =      s         s       s      s         x
        resume   x    p     p        p        p         =       +      p         p       p      p         x
        cancel   x    c     +        +        +         +       +      f         f       f      =         x
        archive  x    u     u        u        u         u       u      +         +       +      +         x
        retry    x    n     n        n        n         +       +      =         +       +      n         x
        """;

    static readonly Dictionary<string, string> Legend = new(StringComparer.Ordinal)
    {
        ["x"] = "not-found",
        ["d"] = "campaign-not-draft",
        ["a"] = "approval-required",
        ["r"] = "campaign-not-in-review",
        ["s"] = "campaign-not-sending",
        ["p"] = "campaign-not-paused",
        ["c"] = "campaign-is-draft",
        ["f"] = "campaign-finished",
        ["u"] = "campaign-not-finished",
        ["n"] = "campaign-not-retryable",
    };

    static readonly Dictionary<string, Func<Campaign, Outcome>> Commands = new(StringComparer.Ordinal)
    {
        ["edit"] = campaign => EditCampaignHandler.Decide(campaign, Some.Settings with { Name = "Summer" }),
        ["delete"] = DeleteDraftsHandler.Decide,
        ["test"] = campaign => TestCampaignEndpoints.MayTest(campaign) is { } refusal ? Outcome.Refuse(refusal) : Outcome.Nothing,
        ["submit"] = ReviewCampaignHandler.Submit,
        ["approve"] = campaign => ReviewCampaignHandler.Approve(campaign, "Good"),
        ["reject"] = campaign => ReviewCampaignHandler.Reject(campaign, "Too long"),
        ["schedule"] = campaign => ScheduleCampaignHandler.Decide(
            campaign, Some.Id, Some.Now.AddDays(1), Some.Launchable, Some.Organisation, Some.FourteenDays, Some.Now),
        ["launch"] = campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.Launchable, Some.Organisation, Some.Now),
        ["pause"] = campaign => PauseCampaignHandler.Pause(campaign, "Lunch"),
        ["resume"] = campaign => PauseCampaignHandler.Resume(campaign, Some.Id, Some.Now),
        ["cancel"] = campaign => PauseCampaignHandler.Cancel(campaign, Some.Id, "Not needed"),
        ["archive"] = ArchiveCampaignHandler.Decide,
        ["retry"] = campaign => RetryCampaignHandler.Decide(campaign, Some.Id, new Retry(RetryFailed.All), 3),
    };

    public static TheoryData<string, CampaignStatus, string> Cells()
    {
        var cells = new TheoryData<string, CampaignStatus, string>();
        var lines = Table.Split('\n').Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToList();
        var statuses = lines[0].Select(Enum.Parse<CampaignStatus>).ToList();
        foreach (var line in lines.Skip(1))
        {
            foreach (var (status, cell) in statuses.Zip(line.Skip(1)))
            {
                cells.Add(line[0], status, Legend.GetValueOrDefault(cell, cell));
            }
        }

        return cells;
    }

    [Theory, MemberData(nameof(Cells))]
    public void each_command_is_carried_out_or_refused_as_the_table_says(string command, CampaignStatus status, string expected)
    {
        var decision = Some.CampaignIn(status).When(Commands[command]);
        switch (expected)
        {
            case "+":
                decision.Outcome.Refusal.ShouldBeNull();
                decision.Outcome.Events.ShouldNotBeEmpty();
                break;
            case "=":
                decision.ThenNothing();
                break;
            default:
                decision.Refused(expected).Kind.ShouldBe(expected == "not-found" ? RefusalKind.NotFound : RefusalKind.Conflict);
                break;
        }
    }

    [Fact]
    public void the_table_names_every_status_and_every_command()
    {
        var cells = Cells();
        cells.Select(cell => (CampaignStatus)cell[1]).Distinct().ShouldBe(Enum.GetValues<CampaignStatus>());
        cells.Select(cell => (string)cell[0]).Distinct().ShouldBe(Commands.Keys);
        cells.Count.ShouldBe(Commands.Count * Enum.GetValues<CampaignStatus>().Length);
    }

    [Theory, MemberData(nameof(Cells))]
    public void no_command_makes_a_draft_of_what_is_none(string command, CampaignStatus status, string expected)
    {
        var before = Some.CampaignIn(status).State;
        before.Status.ShouldBe(status);
        var after = Commands[command](before).Events.Aggregate(before, (state, fact) => state.Evolve(fact));
        (after.Status == CampaignStatus.Draft && status != CampaignStatus.Draft).ShouldBeFalse(expected);
    }

    [Theory, MemberData(nameof(Cells))]
    public void each_command_carried_out_twice_is_carried_out_once(string command, CampaignStatus status, string expected)
    {
        var before = Some.CampaignIn(status).State;
        var once = Commands[command](before).Events.Aggregate(before, (state, fact) => state.Evolve(fact));
        Commands[command](once).Events.ShouldBeEmpty(expected);
    }
}
