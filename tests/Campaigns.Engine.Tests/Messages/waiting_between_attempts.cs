using Campaigns.Engine.Messages;

namespace Campaigns.Engine.Tests.Messages;

public sealed class waiting_between_attempts
{
    [Fact]
    public void grows_to_the_longest_and_stays_there_however_many_there_were()
    {
        var policy = new RetryPolicy { FirstWait = TimeSpan.FromHours(1), LongestWait = TimeSpan.FromDays(1), Jitter = 0 };
        Enumerable.Range(1, 100).Select(attempt => policy.WaitAfter(attempt, Random.Shared)).Max().ShouldBe(TimeSpan.FromDays(1));
    }
}
