using JasperFx.Events;
using Campaigns.Storage;
using Campaigns.Insight;
using Campaigns.Ledger;
using Campaigns.Planning;
using Campaigns.Recipients;

namespace Campaigns.Tests.Insight;

public sealed class the_story_of_a_recipient
{
    static readonly Guid Contact = Guid.NewGuid();
    static readonly BatchView First = new(1, 40, Some.Now.AddMinutes(1), null, null, null, null, null, null, null);
    static readonly IEvent Queued = At(0, new RecipientQueued(Some.Id, Contact));
    static readonly IEvent Failed = At(2, new MessageFailed(1, FailureCategory.Content, "missing-variables", "The contact has no company"));
    static readonly IEvent Doubt = At(2, new MessageInDoubt(1, "The node stopped"));
    static readonly RecipientView Row = new(
        Guid.NewGuid(), Contact, "ada@a.example", RecipientStatus.Queued, null, null, Some.Now, null, null, null, null, null, null, null, null);

    [Fact]
    public void is_told_event_by_event_with_the_batches_between() =>
        Told(Row with { Status = RecipientStatus.Sent, Batch = 2 }, [Queued, Failed, At(3, new RecipientRequeued(RequeueReason.Failed), "r1"), At(6, new MessageSent(2, "abc"))],
            [First, First with { Number = 2, StartedAt = Some.Now.AddMinutes(5), Size = 7 }]).Story.Select(line => line.What).ShouldBe([
                "Queued, as one of those whom the campaign goes to.",
                "Taken by batch 1, one of 40, to be handed to the provider.",
                "Failed in batch 1: missing-variables The contact has no company (the message is at fault).",
                "Queued again by ada: it had failed.",
                "Taken by batch 2, one of 7, to be handed to the provider.",
                "Handed to the provider in batch 2, which calls it abc.",
            ]);

    [Fact]
    public void tells_what_happened_in_the_same_moment_in_its_order()
    {
        var story = Told(Row with { Status = RecipientStatus.Sent, Batch = 1 }, [Queued, At(0, new MessageSent(1, null))], [First with { StartedAt = Some.Now }]);
        story.Story.Select(line => line.Event).ShouldBe(["recipient_queued", "batch_started", "message_sent"]);
    }

    [Fact]
    public void says_until_when_somebody_waits_and_for_what()
    {
        var hours = At(2, new RecipientDeferred(DeferralReason.DeliveryHours, Some.Now.AddHours(9), "it is not the hour in Pacific/Auckland"));
        Told(Row, [Queued, hours], []).ShouldSatisfyAllConditions(
            story => story.Now.ShouldBe("Waits until 2026-03-01 21:00:00 UTC: it is not the hour in Pacific/Auckland."),
            story => story.Next.ShouldBe("Goes out with the first batch after that."));
        Told(Row, [Queued, At(2, new AttemptFailed(1, 1, FailureCategory.Temporary, "500", "Oops", Some.Now.AddMinutes(5)))], []).Now
            .ShouldBe("Waits for another attempt at 2026-03-01 12:05:00 UTC: 500 Oops (a passing reason).");
        Told(Row, [Queued, hours, At(3, new MessageReturned(2, "The campaign was paused"))], []).Now.ShouldStartWith("Waits for a batch");
    }

    [Fact]
    public void names_who_writes_where_the_row_says_so()
    {
        var story = Told(
            Row with { Status = RecipientStatus.Sending, Batch = 2 }, [Queued, Failed, At(3, new RecipientRequeued(RequeueReason.Failed))],
            [First, First with { Number = 2, StartedAt = Some.Now.AddMinutes(5) }], sender: "Anna");
        story.Story.Where(line => line.Event == "batch_started").Select(line => line.What).ShouldBe([
            "Taken by batch 1, one of 40, to be handed to the provider.", "Taken by batch 2, one of 40, to be handed to the provider in the name of Anna.",
        ]);
    }

    [Fact]
    public void names_who_asked_and_nobody_where_nobody_did()
    {
        var story = Told(Row, [Queued, Failed, At(3, new RecipientRequeued(RequeueReason.Failed), "r1"), At(4, new RecipientRequeued(RequeueReason.InDoubt), "other")], [First]);
        story.Story.Select(line => line.By).ShouldBe([null, null, null, "ada", null]);
        story.Story[^1].What.ShouldBe("Queued again: it was in doubt, and may arrive twice.");
    }

    [Fact]
    public void takes_the_time_of_the_providers_facts_from_the_provider()
    {
        var story = Told(Row with { Status = RecipientStatus.Sent }, [Queued, At(9, new MessageDelivered(Some.Now.AddMinutes(7)))], []);
        story.Story[^1].At.ShouldBe(Some.Now.AddMinutes(7));
    }

    [Theory]
    [InlineData("bounce", "550 mailbox unavailable", "Invalid Address", "Bounced: 550 mailbox unavailable (Invalid Address).")]
    [InlineData("blocked", "421 too busy.", null, "Refused by the recipient's mail server: 421 too busy.")]
    [InlineData(null, null, null, "Bounced.")]
    public void says_why_it_came_back(string? type, string? reason, string? classification, string expected) =>
        Told(Row with { Status = RecipientStatus.Sent }, [At(1, new MessageBounced(Some.Now, type, classification, null, reason))], []).Story.Single().What.ShouldBe(expected);

    [Fact]
    public void has_words_for_every_fact_of_the_stream()
    {
        foreach (var type in typeof(RecipientQueued).Assembly.GetTypes().Where(type => type.Namespace == typeof(Recipient).Namespace && type.IsClass))
        {
            if (new CampaignLedger().Facts.Contains(type))
            {
                var fact = Samples.Of(type);
                FactWords.Of(At(0, fact), null).ShouldNotBe(StoredName(fact), type.Name);
            }
        }
    }

    [Fact]
    public void of_one_who_waits_says_for_what()
    {
        Told(Row, [Queued], []).Next.ShouldBe("Goes out with one of the next batches.");
        Told(Row, [Queued], [], mayNot: SkipReason.Suppressed).Next.ShouldBe("Gets nothing when its turn comes, as things are: the address is on the suppression list.");
        Told(Row, [Queued], [], [.. Some.Facts(CampaignStatus.Sending), new NextBatchScheduled(1, Some.Now.AddHours(1))]).Next
            .ShouldBe("Goes out with one of the next batches, the first of which is due at 2026-03-01 13:00:00 UTC.");
        Told(Row, [Queued], [], Some.Facts(CampaignStatus.Paused)).Next.ShouldBe("Goes out once the campaign is resumed. It is paused: Lunch");
        Told(Row, [Queued, Failed, At(3, new RecipientRequeued(RequeueReason.Failed))], []).Now.ShouldBe("Waits for a batch, queued again since 2026-03-01 12:03:00 UTC.");
    }

    [Fact]
    public void of_one_who_failed_says_what_it_takes()
    {
        var failed = Told(Row with { Status = RecipientStatus.Failed, Batch = 1 }, [Queued, Failed], [First]);
        failed.Now.ShouldBe("Failed at 2026-03-01 12:02:00 UTC: missing-variables The contact has no company (the message is at fault).");
        failed.Next.ShouldBe("Nothing by itself. A retry of the campaign that asks for all failed ones, or names this one, sends it again.");
        var passing = At(2, new MessageFailed(1, FailureCategory.Temporary, "503", ""));
        Told(Row with { Status = RecipientStatus.Failed }, [Queued, passing], []).Next.ShouldBe("Nothing by itself. A retry of the campaign sends it again.");
        Told(Row with { Status = RecipientStatus.Failed }, [Queued, passing], [], Some.Facts(CampaignStatus.Cancelled)).Next
            .ShouldBe("Nothing is sent any more: the campaign is over for good.");
    }

    [Fact]
    public void of_one_in_doubt_says_that_it_is_never_sent_again_by_itself()
    {
        var row = Row with { Status = RecipientStatus.InDoubt, Batch = 1, Reason = "The node stopped" };
        object[] waits =
        [
            .. Some.Facts(CampaignStatus.Sending), new BatchStarted(1, Guid.NewGuid(), Some.Now, [row.Id]), new BatchCompleted(1, 0, 0, 1, 0, 0),
        ];
        var waiting = Told(row, [Queued, Doubt], [First], waits);
        waiting.Now.ShouldBe("In doubt since 2026-03-01 12:02:00 UTC: The node stopped.");
        waiting.Next.ShouldStartWith("The campaign waits for the provider's word");
        waiting.Next.ShouldContain("Never sent again by itself");
        Told(row, [Queued, Doubt], [First], [.. waits, new DoubtsLeft(1)]).Next.ShouldStartWith("The provider's word would still settle it");
    }

    [Fact]
    public void of_one_who_gets_nothing_says_why()
    {
        Told(Row with { Status = RecipientStatus.Skipped }, [At(0, new RecipientSkipped(Some.Id, Contact, SkipReason.Suppressed))], []).Now
            .ShouldBe("Gets nothing: the address is on the suppression list.");
        Told(Row with { Status = RecipientStatus.Skipped }, [Queued, At(1, new RecipientWithdrawn(SkipReason.ContactDeleted))], []).Now
            .ShouldBe("Gets nothing: the contact was deleted.");
        foreach (var reason in Enum.GetValues<SkipReason>())
        {
            Told(Row with { Status = RecipientStatus.Skipped }, [Queued, At(1, new RecipientWithdrawn(reason))], []).Now.ShouldNotContain("no reason is on record");
        }
    }

    [Fact]
    public void of_one_who_was_sent_to_says_what_was_heard_and_until_when_an_open_counts()
    {
        var sent = Row with { Status = RecipientStatus.Sent, SentAt = Some.Now };
        Told(sent, [Queued], []).Next.ShouldBe("Not sent again. Unless it is opened by 2026-03-04 12:00:00 UTC, that is recorded.");
        Told(sent with { OpenedAt = Some.Now }, [Queued], []).Now.ShouldBe("Sent, and opened at 2026-03-01 12:00:00 UTC.");
        Told(sent with { BouncedAt = Some.Now }, [Queued], []).Next.ShouldBe("Not sent again. Whatever the provider still tells about it is recorded.");
    }

    static RecipientStory Told(RecipientView row, IEvent[] events, BatchView[] batches, object[]? campaign = null, string? sender = null, SkipReason? mayNot = null) => RecipientStory.Of(new RecipientPast(
        row, Some.Id, Scenario.Given(campaign ?? Some.Facts(CampaignStatus.Sending)).State, events, batches, new Dictionary<string, string> { ["r1"] = "ada" }, sender, mayNot));

    static IEvent At(int minutes, object fact, string? correlation = null)
    {
        var @event = (IEvent)Activator.CreateInstance(typeof(Event<>).MakeGenericType(fact.GetType()), fact)!;
        @event.StreamId = Contact;
        @event.EventTypeName = StoredName(fact);
        @event.Timestamp = Some.Now.AddMinutes(minutes);
        @event.TenantId = "ours";
        @event.CorrelationId = correlation;
        return @event;
    }

    static string StoredName(object fact) => string.Concat(
        fact.GetType().Name.Select((letter, place) => char.IsUpper(letter) ? (place > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
