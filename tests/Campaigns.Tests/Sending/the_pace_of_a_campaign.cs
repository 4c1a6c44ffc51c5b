using Campaigns.Planning;

namespace Campaigns.Tests.Sending;

public sealed class the_pace_of_a_campaign
{
    static readonly IReadOnlyList<(Guid Campaign, int Batch)> ManyBatches =
        [.. from campaign in Enumerable.Range(0, 20) from batch in Enumerable.Range(1, 50) select (Guid.CreateVersion7(Some.Now.AddDays(campaign)), batch)];

    [Fact]
    public void is_50_to_100_messages_every_2_to_5_seconds_unless_said_otherwise()
    {
        Pace.Default.ShouldBe(new Pace(new BatchPace(50, 100, 2, 5)));
        var sizes = ManyBatches.Select(batch => Pace.Default.Size(batch.Campaign, batch.Batch)).ToList();
        var delays = ManyBatches.Select(batch => Delay(Pace.Default, batch)).ToList();

        sizes.ShouldAllBe(size => size >= 50 && size <= 100);
        delays.ShouldAllBe(delay => delay >= TimeSpan.FromSeconds(2) && delay <= TimeSpan.FromSeconds(5));
        sizes.Distinct().Count().ShouldBe(51, "a thousand draws find every size");
        delays.Min().ShouldBeLessThan(TimeSpan.FromSeconds(2.1));
        delays.Max().ShouldBeGreaterThan(TimeSpan.FromSeconds(4.9));
    }

    [Fact]
    public void comes_to_the_same_when_it_is_drawn_again()
    {
        foreach (var batch in ManyBatches.Take(100))
        {
            Pace.Default.Size(batch.Campaign, batch.Batch).ShouldBe(Pace.Default.Size(batch.Campaign, batch.Batch));
            Delay(Pace.Default, batch).ShouldBe(Delay(Pace.Default, batch));
        }
    }

    [Fact]
    public void is_another_for_each_batch_and_each_campaign()
    {
        var (campaign, other) = (ManyBatches[0].Campaign, ManyBatches[^1].Campaign);
        Delay(Pace.Default, (campaign, 1)).ShouldNotBe(Delay(Pace.Default, (campaign, 2)));
        Delay(Pace.Default, (campaign, 1)).ShouldNotBe(Delay(Pace.Default, (other, 1)));
    }

    [Fact]
    public void has_bounds_that_may_meet()
    {
        var pace = new Pace(new BatchPace(7, 7, 0, 0));
        ManyBatches.ShouldAllBe(batch => pace.Size(batch.Campaign, batch.Batch) == 7 && Delay(pace, batch) == TimeSpan.Zero);
    }

    [Fact]
    public void of_a_daily_limit_is_5_a_day_unless_said_otherwise()
    {
        var pace = new Pace(Daily: new DailyPace());
        pace.Size(Some.Id, 1).ShouldBe(5);
        pace.Next(Some.Id, 1, 5, Some.Now, Some.Now.AddMinutes(1)).ShouldBe(Some.Now.AddHours(24), "24 hours after the one before began");
    }

    [Fact]
    public void of_a_daily_limit_never_begins_a_batch_before_the_one_before_has_ended() =>
        new Pace(Daily: new DailyPace(5, 1)).Next(Some.Id, 1, 5, Some.Now, Some.Now.AddHours(3)).ShouldBe(Some.Now.AddHours(3));

    [Fact]
    public void of_a_batch_that_a_limit_cut_short_is_as_much_shorter()
    {
        var pace = new Pace(new BatchPace(50, 50, 4, 4));
        pace.Next(Some.Id, 1, 5, Some.Now, Some.Now).ShouldBe(Some.Now.AddSeconds(0.4));
        pace.Next(Some.Id, 1, 50, Some.Now, Some.Now).ShouldBe(Some.Now.AddSeconds(4));
    }

    static TimeSpan Delay(Pace pace, (Guid Campaign, int Batch) batch) => pace.Next(batch.Campaign, batch.Batch, pace.Size(batch.Campaign, batch.Batch), Some.Now, Some.Now) - Some.Now;
}
