using Campaigns.Storage;
using Npgsql;

namespace Campaigns.Tests.Storage;

public sealed class an_outage
{
    static readonly Exception Away = new NpgsqlException("away", new IOException());

    readonly Clock clock = new();

    [Fact]
    public void is_news_once_a_minute()
    {
        var outage = new Outage(clock);
        outage.IsNews(Away).ShouldBeTrue();
        outage.IsNews(Away).ShouldBeFalse();
        clock.Seconds += 59;
        outage.IsNews(Away).ShouldBeFalse();
        clock.Seconds += 1;
        outage.IsNews(Away).ShouldBeTrue();
        outage.IsNews(Away).ShouldBeFalse();
    }

    [Fact]
    public void hides_no_error_that_nobody_expects()
    {
        var outage = new Outage(clock);
        outage.IsNews(Away).ShouldBeTrue();
        outage.IsNews(new InvalidOperationException()).ShouldBeTrue();
        outage.IsNews(new InvalidOperationException()).ShouldBeTrue();
        outage.IsNews(Away).ShouldBeFalse();
    }

    sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
