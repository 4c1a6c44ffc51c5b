using Campaigns.Storage;

namespace Campaigns.Tests.Storage;

public sealed class time_as_it_is_stored
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 0)]
    [InlineData(19, 10)]
    [InlineData(10, 10)]
    public void has_microseconds_and_no_less(long ticks, long kept) =>
        new Clock(Some.Now.AddTicks(ticks)).Microseconds().ShouldBe(Some.Now.AddTicks(kept));

    sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
