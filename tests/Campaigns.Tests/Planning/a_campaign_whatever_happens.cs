using System.Text.Json;
using Campaigns.Storage;
using Campaigns.Ledger;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending;
using Campaigns.Tenancy;
using Xunit.Abstractions;

namespace Campaigns.Tests.Planning;

/// <summary>
/// Campaigns under random commands, with messages that come late, twice and in any order, providers that fail and nodes that die.
/// Every decision is the real one; what surrounds them (who is where, which messages wait) is a model of a few counters.
/// </summary>
public sealed class a_campaign_whatever_happens(ITestOutputHelper output)
{
    [Fact]
    public void keeps_its_rules_and_forgets_nobody()
    {
        var seed = Seed.Of(output);
        var ends = new Dictionary<CampaignStatus, int>();
        for (var run = 0; run < 800; run++)
        {
            var world = new World(new Random(unchecked(seed + run)));
            try
            {
                for (var step = 0; step < 60; step++)
                {
                    world.Step();
                }

                world.BringToAnEnd();
            }
            catch (Exception error) when (error is ShouldAssertException or InvalidOperationException)
            {
                throw new InvalidOperationException($"SEED={seed}, run {run}: {error.Message}\n{string.Join('\n', world.Log)}", error);
            }

            ends[world.Campaign.Status] = ends.GetValueOrDefault(world.Campaign.Status) + 1;
        }

        output.WriteLine(string.Join(", ", ends.Select(end => $"{end.Key} {end.Value}")));
        CampaignStatus[] all = [CampaignStatus.Completed, CampaignStatus.Partial, CampaignStatus.Failed, CampaignStatus.Cancelled, CampaignStatus.Deleted];
        ends.Keys.Order().ToArray().ShouldBe([.. all.Order()], "or it tries too little");
    }

    sealed class World
    {
        const int Contacts = 23;
        const int Chunk = 10;
        const int RequeueChunk = 4;

        static readonly SendingOptions Options = new();

        static readonly Dictionary<CampaignStatus, CampaignStatus[]> Ways = new()
        {
            [CampaignStatus.None] = [CampaignStatus.Draft],
            [CampaignStatus.Draft] = [CampaignStatus.InReview, CampaignStatus.Scheduled, CampaignStatus.Deleted],
            [CampaignStatus.InReview] = [CampaignStatus.Approved, CampaignStatus.Cancelled],
            [CampaignStatus.Approved] = [CampaignStatus.Scheduled, CampaignStatus.Cancelled],
            [CampaignStatus.Scheduled] = [CampaignStatus.Sending, CampaignStatus.Paused, CampaignStatus.Cancelled],
            [CampaignStatus.Sending] =
                [CampaignStatus.Paused, CampaignStatus.Completed, CampaignStatus.Partial, CampaignStatus.Failed, CampaignStatus.Cancelled],
            [CampaignStatus.Paused] = [CampaignStatus.Sending, CampaignStatus.Scheduled, CampaignStatus.Cancelled],
            [CampaignStatus.Partial] = [CampaignStatus.Sending],
            [CampaignStatus.Failed] = [CampaignStatus.Sending],
        };

        readonly Random random;
        readonly bool isDaily;
        readonly bool isHopeless;
        readonly List<(object Message, DateTimeOffset Due)> waiting = [];
        readonly List<object> delivered = [];
        readonly List<(DateTimeOffset StartedAt, int HandedOver)> batches = [];
        DateTimeOffset now = Some.Now;
        bool isCalm;
        HydrateAudience? hydrating;
        int hydrated, queued, sending, sent, failed, inDoubt, withdrawn;

        public World(Random random)
        {
            this.random = random;
            isDaily = random.Next(3) == 0;
            isHopeless = random.Next(8) == 0;
            Record([new CampaignDrafted((isDaily ? Some.Daily : Some.Settings) with { Pace = isDaily ? new Pace(Daily: new DailyPace()) : new Pace(new BatchPace(3, 6)) })]);
        }

        public Campaign Campaign { get; private set; } = Campaign.Initial;

        public List<string> Log { get; } = [];

        public void Step()
        {
            switch (random.Next(8))
            {
                case 0 or 1:
                    Command();
                    break;
                case 2 or 3 or 4:
                    Deliver();
                    break;
                case 5:
                    GoOn();
                    break;
                case 6 when delivered.Count > 0:
                    Handle(delivered[random.Next(delivered.Count)]); // a second time
                    break;
                case 7 when inDoubt > 0:
                    Settle();
                    break;
                default:
                    now += TimeSpan.FromSeconds(random.Next(1, 7200));
                    break;
            }
        }

        /// <summary>From here on nothing fails any more, and whoever paused it resumes it.</summary>
        public void BringToAnEnd()
        {
            isCalm = true;
            for (var i = 0; i < 1000; i++)
            {
                if (Campaign.Status == CampaignStatus.Paused)
                {
                    Decide("resume", campaign => PauseCampaignHandler.Resume(campaign, Some.Id, now));
                }

                if (Campaign.Status is CampaignStatus.Draft or CampaignStatus.Approved)
                {
                    Decide("launch", campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.Launchable, Some.Organisation, now));
                }

                if (Campaign.Status == CampaignStatus.InReview)
                {
                    Decide("approve", campaign => ReviewCampaignHandler.Approve(campaign, null));
                }

                GoOn();
                if (waiting.Count > 0)
                {
                    Deliver();
                }
            }

            waiting.ShouldBeEmpty();
            (Campaign.IsFinished || Campaign.Status == CampaignStatus.Deleted).ShouldBeTrue($"it stays {Campaign.Status} for ever");
            (queued, sending).ShouldBe((0, 0), "somebody is forgotten");
        }

        void Command()
        {
            var launchable = random.Next(5) == 0 ? Some.WithoutBody : Some.Launchable;
            var organisation = random.Next(5) == 0 ? Some.WithApproval : Some.Organisation;
            var at = now.AddMinutes(random.Next(-5, 60));
            (string Name, Func<Campaign, Outcome> Decide)[] usual =
            [
                ("launch", campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, launchable, organisation, now)),
                ("schedule", campaign => ScheduleCampaignHandler.Decide(
                    campaign, Some.Id, at, launchable, organisation, Some.FourteenDays, now)),
                ("pause", campaign => PauseCampaignHandler.Pause(campaign, null)),
                ("resume", campaign => PauseCampaignHandler.Resume(campaign, Some.Id, now)),
                ("submit", ReviewCampaignHandler.Submit),
                ("approve", campaign => ReviewCampaignHandler.Approve(campaign, null)),
                ("retry", campaign => RetryCampaignHandler.Decide(campaign, Some.Id, new Retry(RetryFailed.All, InDoubt: true), failed + inDoubt)),
                ("archive", ArchiveCampaignHandler.Decide),
                ("edit", campaign => EditCampaignHandler.Decide(campaign, campaign.Settings with { Name = "Other" })),
            ];
            (string Name, Func<Campaign, Outcome> Decide)[] final =
            [
                ("cancel", campaign => PauseCampaignHandler.Cancel(campaign, Some.Id, null)),
                ("reject", campaign => ReviewCampaignHandler.Reject(campaign, "No")),
                ("delete", DeleteDraftsHandler.Decide),
            ];
            var (name, decide) = random.Next(12) == 0 ? final[random.Next(final.Length)] : usual[random.Next(usual.Length)];
            Decide(name, decide);
        }

        void Deliver()
        {
            if (waiting.Count == 0)
            {
                return;
            }

            // In any order among those that are due; when none is, time passes until one is.
            now = waiting.Min(message => message.Due) > now ? waiting.Min(message => message.Due) : now;
            var due = waiting.Where(message => message.Due <= now).ToList();
            var next = due[random.Next(due.Count)];
            waiting.Remove(next);
            if (next.Message is not RequeueRecipients) // its effect commits together with its end
            {
                delivered.Add(next.Message);
            }

            Handle(next.Message);
        }

        void Handle(object message)
        {
            switch (message)
            {
                case LaunchScheduled scheduled:
                    var launchable = !isCalm && random.Next(5) == 0 ? Some.WithoutBody : Some.Launchable;
                    Decide("launch scheduled", campaign => LaunchCampaignHandler.Decide(campaign, scheduled, launchable, now));
                    break;
                case HydrateAudience when HydrateAudienceHandler.Stopped(Campaign, Some.Id) is not null:
                    Decide("hydrate no more", campaign => HydrateAudienceHandler.Stopped(campaign, Some.Id)!);
                    break;
                case HydrateAudience hydrate when hydrate.Queued == hydrated: // others find their recipients there already
                    hydrating = hydrate; // reads its chunk, and commits it later whatever happens meanwhile
                    break;
                case SendBatch batch when Campaign is { Status: CampaignStatus.Sending, IsHydrated: true, OpenBatch: null } && batch.Number == Campaign.LastBatch + 1 && !(Campaign.NextBatchAt > now):
                    Claim(batch);
                    break;
                case RequeueRecipients requeue when Campaign.Retrying is not null:
                    Requeue(requeue);
                    break;
                case WithdrawQueued when Campaign.Status == CampaignStatus.Cancelled:
                    (withdrawn, queued) = (withdrawn + queued, 0);
                    break;
                case CompleteCampaign:
                    var counts = new CampaignCounts(queued, sending, sent, failed, inDoubt);
                    Decide("complete", campaign => CompleteCampaignHandler.Decide(campaign, Some.Id, counts));
                    break;
                case LeaveDoubts leave:
                    Decide("leave doubts", campaign => CompleteCampaignHandler.Decide(campaign, leave));
                    break;
            }
        }

        void GoOn()
        {
            if (hydrating is { } hydrate && hydrate.Queued == hydrated)
            {
                hydrating = null;
                var chunk = Math.Min(Chunk, Contacts - hydrated);
                queued += chunk;
                hydrated += chunk;
                if (chunk == Chunk)
                {
                    Send(hydrate with { Queued = hydrated }, null);
                }
                else
                {
                    Decide("hydrated", campaign => HydrateAudienceHandler.Decide(campaign, Some.Id, new AudienceHydrated(hydrated, 0)));
                }
            }
            else if (Campaign.OpenBatch is { } open)
            {
                Close(open);
            }
        }

        void Requeue(RequeueRecipients requeue)
        {
            var count = Math.Min(RequeueChunk, failed + inDoubt);
            var fromFailed = Math.Min(count, failed);
            (failed, inDoubt, queued) = (failed - fromFailed, inDoubt - (count - fromFailed), queued + count);
            var handedOverAt = batches.Where(batch => batch.HandedOver > 0).Select(batch => (DateTimeOffset?)batch.StartedAt).LastOrDefault();
            var outcome = RequeueRecipientsHandler.Decide(Campaign, Some.Id, count, count == RequeueChunk ? requeue : null, handedOverAt, now);
            Log.Add($"{now:dd HH:mm:ss} requeue {count}: {string.Join(", ", outcome.Events)} -> {string.Join(", ", outcome.Messages)}");
            Record(outcome.Events);
            foreach (var (message, due, _) in outcome.Messages)
            {
                Send(message, due);
            }
        }

        void Claim(SendBatch batch)
        {
            var size = Math.Min(Campaign.Settings.Pace.Size(Some.Id, batch.Number), queued);
            if (size == 0)
            {
                Send(new CompleteCampaign(Some.Id), null);
                return;
            }

            (queued, sending) = (queued - size, sending + size);
            Record([new BatchStarted(batch.Number, Guid.NewGuid(), now, [.. Enumerable.Range(0, size).Select(_ => Guid.NewGuid())])]);
        }

        void Close(OpenBatch open)
        {
            var (tripped, died) = (!isCalm && random.Next(6) == 0, !isCalm && random.Next(8) == 0);
            var results = new BatchResults { Breaker = tripped ? "No such key" : null };
            var (handedOver, quota) = (0, random.Next(4));
            for (var i = 0; i < open.Size; i++)
            {
                var isReturned = tripped && i >= quota;
                object? fact = isReturned ? new MessageReturned(open.Number, "401")
                    : died ? new MessageInDoubt(open.Number, "The node stopped")
                    : isHopeless ? new MessageFailed(open.Number, FailureCategory.Content, "400", "")
                    : isCalm ? new MessageSent(open.Number, null)
                    : random.Next(4) switch
                    {
                        0 => new MessageFailed(open.Number, FailureCategory.Content, "400", ""),
                        1 => new MessageInDoubt(open.Number, "No answer"),
                        2 => null, // proven sent meanwhile
                        _ => new MessageSent(open.Number, null),
                    };
                handedOver += isReturned ? 0 : 1;
                sent += fact is null or MessageSent ? 1 : 0;
                failed += fact is MessageFailed ? 1 : 0;
                inDoubt += fact is MessageInDoubt ? 1 : 0;
                results.Add(Guid.NewGuid(), fact);
            }

            if (handedOver == open.Size)
            {
                results = Untripped(results);
            }

            batches.Add((open.StartedAt, handedOver));
            sending -= open.Size;
            var before = queued;
            Decide($"close {open.Number}", campaign => BatchClosing.Decide(campaign, new SendBatch(Some.Id, open.Number), results, before, Options, now));
            queued += results.Returned;
        }

        // A breaker has always returned the message that tripped it.
        static BatchResults Untripped(BatchResults results)
        {
            var untripped = new BatchResults();
            results.Facts.ToList().ForEach(result => untripped.Add(result.Recipient, result.Fact));
            return untripped;
        }

        // The provider's word on a message in doubt.
        void Settle()
        {
            (inDoubt, sent) = (inDoubt - 1, sent + 1);
            Send(new CompleteCampaign(Some.Id), null);
        }

        void Decide(string what, Func<Campaign, Outcome> decide)
        {
            var outcome = decide(Campaign);
            Log.Add($"{now:dd HH:mm:ss} {what}: {outcome.Refusal?.Code}{string.Join(", ", outcome.Events)} -> {string.Join(", ", outcome.Messages)}");
            if (outcome.Refusal is not null)
            {
                outcome.Events.ShouldBeEmpty();
                outcome.Messages.ShouldBeEmpty();
                return;
            }

            Record(outcome.Events);
            foreach (var (message, due, _) in outcome.Messages)
            {
                Send(message, due);
            }

            decide(Campaign).Events.ShouldBeEmpty($"{what} a second time");
        }

        void Send(object message, DateTimeOffset? due) => waiting.Add((message, due ?? now));

        void Record(IReadOnlyList<object> facts)
        {
            foreach (var fact in facts)
            {
                var before = Campaign;
                Campaign = before.Evolve(fact);
                if (Campaign.Status != before.Status)
                {
                    Ways.GetValueOrDefault(before.Status, []).ShouldContain(Campaign.Status, $"{before.Status} becomes {Campaign.Status} by {fact}");
                }

                Check(before, fact);
            }
        }

        void Check(Campaign before, object fact)
        {
            switch (fact)
            {
                case BatchStarted batch:
                    before.Status.ShouldBe(CampaignStatus.Sending);
                    batch.Number.ShouldBe(before.LastBatch + 1);
                    var dayAgo = now.AddHours(-24);
                    (isDaily && batches.Any(earlier => earlier.HandedOver > 0 && earlier.StartedAt > dayAgo)).ShouldBeFalse("more than the daily limit");
                    break;
                case CampaignCompleted:
                    (queued, sending).ShouldBe((0, 0), "it is over, and somebody is not");
                    break;
            }

            Campaign.PausedBy.HasValue.ShouldBe(Campaign.Status == CampaignStatus.Paused);
            (hydrated == queued + sending + sent + failed + inDoubt + withdrawn || fact is BatchCompleted or CampaignPaused or NextBatchScheduled).ShouldBeTrue("the model lost somebody");
            var stored = JsonSerializer.Serialize(Campaign, StoredJson.Options);
            JsonSerializer.Serialize(JsonSerializer.Deserialize<Campaign>(stored, StoredJson.Options), StoredJson.Options).ShouldBe(stored);
        }
    }
}
