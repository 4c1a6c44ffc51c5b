using Campaigns.Storage;

namespace Campaigns.Tests.Storage;

public sealed class a_signal
{
    [Fact]
    public async Task that_rings_before_somebody_listens_is_heard_once_however_often_it_rang()
    {
        var signal = new Signal();
        signal.Ring();
        signal.Ring();

        await signal.Wait(default);
        signal.Wait(default).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task wakes_who_waits()
    {
        var signal = new Signal();
        var waiting = signal.Wait(TimeSpan.FromDays(1), TimeProvider.System, default);
        waiting.IsCompleted.ShouldBeFalse();
        signal.Ring();
        (await waiting).ShouldBeTrue();
    }

    [Fact]
    public async Task that_does_not_ring_is_waited_for_no_longer_than_that()
    {
        (await new Signal().Wait(TimeSpan.Zero, TimeProvider.System, default)).ShouldBeFalse();
        await Should.ThrowAsync<OperationCanceledException>(() => new Signal().Wait(TimeSpan.FromDays(1), TimeProvider.System, new CancellationToken(true)));
    }
}
