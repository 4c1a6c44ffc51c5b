using Campaigns.Ledger;
using Campaigns.Recipients;
using Xunit.Abstractions;

namespace Campaigns.Tests.Ledger;

public sealed class the_row_of_a_recipient(ITestOutputHelper output)
{
    static readonly DateTimeOffset Recorded = Some.Now;
    static readonly DateTimeOffset Earlier = Some.Now.AddMinutes(-1);
    static readonly DateTimeOffset Later = Some.Now.AddMinutes(1);
    static readonly Guid Contact = Guid.NewGuid();
    static readonly Guid Sender = Guid.NewGuid();

    static readonly object[] Proofs =
    [
        new MessageAccepted(Earlier), new MessageDelivered(Earlier), new MessageDeferred(Earlier, "Busy"), new MessageOpened(Earlier, false),
        new LinkClicked(Earlier, null), new MessageBounced(Earlier, "bounce", null, null, null), new MessageDropped(Earlier, null),
        new SpamReported(Earlier), new RecipientUnsubscribed(Earlier), new MessageUndelivered(Earlier, "30003", FailureCategory.Temporary),
    ];

    static readonly object[] OwnFacts =
    [
        new RecipientQueued(Some.Id, Contact), new RecipientWithdrawn(SkipReason.CampaignCancelled), new MessageInDoubt(1, "No answer"),
        new MessageReturned(1, "401"), new MessageFailed(1, FailureCategory.Content, "400", "Bad"), new OpenTimedOut(),
        new RecipientRequeued(RequeueReason.Failed),
    ];

    [Fact]
    public void begins_queued_or_skipped()
    {
        var queued = Row(new RecipientQueued(Some.Id, Contact));
        (queued.CampaignId, queued.ContactId, queued.Step, queued.Status, queued.QueuedAt).ShouldBe((Some.Id, Contact, 1, "queued", Recorded));
        var skipped = Row(new RecipientSkipped(Some.Id, Contact, SkipReason.Suppressed));
        (skipped.CampaignId, skipped.Status, skipped.Reason).ShouldBe((Some.Id, "skipped", "suppressed"));
        (queued.Channel, skipped.Channel, Row(new RecipientQueued(Some.Id, Contact, Channel.Sms)).Channel).ShouldBe(("email", "email", "sms"));
    }

    [Fact]
    public void says_why_somebody_got_nothing()
    {
        Row(new RecipientWithdrawn(SkipReason.CampaignCancelled)).Reason.ShouldBe("campaignCancelled");
        var refused = Row(new MessageFailed(1, FailureCategory.Configuration, "401", "No such key"));
        (refused.Category, refused.Reason).ShouldBe(("configuration", "401 No such key"));
        Row(new MessageFailed(1, FailureCategory.Content, "413", "")).Reason.ShouldBe("413");
        Row(new MessageInDoubt(1, "No answer")).Reason.ShouldBe("No answer");
    }

    [Fact]
    public void forgets_the_reason_when_it_no_longer_holds()
    {
        var row = Row(new MessageInDoubt(1, "No answer"), new MessageDelivered(Earlier));
        (row.Status, row.Reason).ShouldBe(("sent", null));
        Row(new MessageInDoubt(1, "No answer"), new MessageReturned(1, "401")).Reason.ShouldBeNull();
        var requeued = Row(new MessageFailed(1, FailureCategory.Content, "400", "Bad"), new RecipientRequeued(RequeueReason.Failed));
        (requeued.Status, requeued.Reason).ShouldBe(("queued", null));
    }

    [Fact]
    public void is_in_the_batch_that_took_it()
    {
        var row = new RecipientChange("ours", Guid.NewGuid());
        row.Started(3, Sender);
        (row.Status, row.Batch, row.SenderId, row.CampaignId).ShouldBe(("sending", 3, Sender, null));
    }

    [Fact]
    public void is_of_the_sender_of_the_last_batch_until_it_is_sent()
    {
        var row = Row(new RecipientQueued(Some.Id, Contact));
        row.Started(1, Sender);
        row.Apply(new MessageInDoubt(1, "No answer"), Recorded);
        row.Started(2, Guid.Empty);
        row.SenderId.ShouldBe(Guid.Empty, "nobody's is not: as before");
        row.Started(3, Sender);
        row.Apply(new MessageBounced(Earlier, null, null, null, null), Recorded);
        row.Started(4, Guid.NewGuid());
        row.SenderId.ShouldBe(Sender);
        Row(new MessageDelivered(Earlier)).SenderId.ShouldBeNull();
    }

    [Fact]
    public void stays_sent_when_a_batch_is_recorded_after_the_proof()
    {
        var row = Row(new MessageDelivered(Earlier));
        row.Started(3, Sender);
        (row.Status, row.Batch, row.SenderId).ShouldBe(("sent", 3, null));
    }

    public static TheoryData<string> ProofNames => [.. Proofs.Select(proof => proof.GetType().Name)];

    [Theory, MemberData(nameof(ProofNames))]
    public void is_sent_by_the_providers_word_before_a_doubt_and_after_it(string name)
    {
        var proof = Proofs.Single(fact => fact.GetType().Name == name);
        proof.ShouldBeAssignableTo<IProofOfHandover>();
        Row(proof).SentAt.ShouldNotBeNull();
        foreach (var own in OwnFacts)
        {
            own.ShouldNotBeAssignableTo<IProofOfHandover>();
            (Row(own, proof).Status, Row(proof, own).Status).ShouldBe(("sent", "sent"), own.ToString());
            (State(own, proof).Status, State(proof, own).Status).ShouldBe((RecipientStatus.Sent, RecipientStatus.Sent), own.ToString());
        }
    }

    [Fact]
    public void keeps_the_first_time_of_what_happens_repeatedly()
    {
        var row = Row(
            new MessageDelivered(Earlier), new MessageDelivered(Later), new MessageOpened(Earlier, true), new MessageOpened(Later, false),
            new LinkClicked(Earlier, "a"), new LinkClicked(Later, "b"), new MessageBounced(Earlier, null, null, null, null), new MessageDropped(Later, null),
            new SpamReported(Earlier), new SpamReported(Later), new RecipientUnsubscribed(Earlier), new RecipientUnsubscribed(Later));
        new[] { row.DeliveredAt, row.OpenedAt, row.ClickedAt, row.BouncedAt, row.ComplainedAt, row.UnsubscribedAt }.ShouldAllBe(at => at == Earlier);
    }

    [Fact]
    public void says_why_it_bounced_whatever_is_heard_before_and_after()
    {
        var bounced = new MessageBounced(Earlier, "bounce", "Invalid Address", "5.1.1", "550 no such user", FailureCategory.Recipient);
        var row = Row(new MessageSent(1, "a"), new MessageDelivered(Earlier), bounced, new MessageOpened(Later, true), new MessageDropped(Later, "Bounced Address"));
        (row.Status, row.Category, row.Reason).ShouldBe(("sent", "recipient", "bounce 5.1.1 550 no such user"));
        Row(new MessageDropped(Earlier, "Bounced Address", FailureCategory.Recipient)).Reason.ShouldBe("dropped Bounced Address");
        var undelivered = Row(new MessageUndelivered(Earlier, "30003", FailureCategory.Temporary));
        (undelivered.Category, undelivered.Reason).ShouldBe(("temporary", "30003"));
        Row(new MessageUndelivered(Earlier, "30003", FailureCategory.Temporary, "the telephone is off")).Reason.ShouldBe("30003 the telephone is off");
    }

    [Fact]
    public void takes_the_time_of_sending_from_our_record_or_else_from_the_provider()
    {
        Row(new MessageSent(1, "a")).SentAt.ShouldBe(Recorded);
        Row(new MessageAccepted(Earlier)).SentAt.ShouldBe(Earlier);
        Row(new MessageDelivered(Earlier)).SentAt.ShouldBe(Earlier, "sent it was by then");
    }

    [Fact]
    public void says_nothing_about_the_status_when_only_time_ran_out()
    {
        var row = Row(new OpenTimedOut());
        (row.Status, row.TimedOutAt).ShouldBe((null, Recorded));
    }

    [Fact]
    public void is_sent_whatever_the_order_of_facts_with_a_sent_or_a_proof_among_them()
    {
        var seed = Seed.Of(output);
        var random = new Random(seed);
        for (var i = 0; i < 2000; i++)
        {
            object[] proofs = [new MessageSent(1, "a"), .. Proofs];
            var facts = random.GetItems(OwnFacts, random.Next(6)).Concat(random.GetItems(proofs, random.Next(1, 4))).ToArray();
            random.Shuffle(facts);
            Row(facts).Status.ShouldBe("sent", $"seed {seed}: {string.Join(", ", facts)}");
            State(facts).Status.ShouldBe(RecipientStatus.Sent, $"seed {seed}: {string.Join(", ", facts)}");
        }
    }

    [Fact]
    public void and_the_state_of_its_stream_say_the_same()
    {
        var seed = Seed.Of(output);
        var random = new Random(seed);
        object[] all = [new RecipientSkipped(Some.Id, Contact, SkipReason.Suppressed), new MessageSent(1, "a"), .. OwnFacts, .. Proofs];
        for (var i = 0; i < 2000; i++)
        {
            var facts = random.GetItems(all, random.Next(1, 6));
            if (Row(facts).Status is { } status)
            {
                State(facts).Status.ShouldBe(Enum.Parse<RecipientStatus>(status, ignoreCase: true), $"seed {seed}: {string.Join(", ", facts)}");
            }
        }
    }

    [Fact]
    public void is_concerned_by_every_fact_of_its_stream()
    {
        foreach (var fact in OwnFacts.Concat(Proofs).Append(new MessageSent(1, null)).Append(new RecipientSkipped(Some.Id, Contact, SkipReason.Suppressed)))
        {
            new CampaignLedger().Facts.ShouldContain(fact.GetType());
        }
    }

    static RecipientChange Row(params object[] facts)
    {
        var row = new RecipientChange("ours", Guid.NewGuid());
        foreach (var fact in facts)
        {
            row.Apply(fact, Recorded);
        }

        return row;
    }

    static Recipient State(params object[] facts) => facts.Aggregate(Recipient.Initial, (state, fact) => state.Evolve(fact));
}
