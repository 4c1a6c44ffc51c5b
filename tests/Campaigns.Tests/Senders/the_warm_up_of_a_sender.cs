using Campaigns.Senders;

namespace Campaigns.Tests.Senders;

public sealed class the_warm_up_of_a_sender
{
    [Theory, InlineData(0, 20), InlineData(1, 28), InlineData(12, 1000), InlineData(35, 2_603_222), InlineData(36, null)]
    public void follows_the_published_table(int day, int? cap) => new WarmUp(Some.Now).HourlyCap(Some.Now.AddDays(day)).ShouldBe(cap);

    [Fact]
    public void counts_full_days()
    {
        var warmUp = new WarmUp(Some.Now, [1, 2]);
        warmUp.HourlyCap(Some.Now.AddDays(1).AddTicks(-1)).ShouldBe(1);
        warmUp.HourlyCap(Some.Now.AddDays(1)).ShouldBe(2);
        warmUp.HourlyCap(Some.Now.AddDays(2)).ShouldBeNull();
    }

    [Fact]
    public void that_is_still_to_begin_allows_what_its_first_day_does() => new WarmUp(Some.Now).HourlyCap(Some.Now.AddDays(-30)).ShouldBe(20);
}
