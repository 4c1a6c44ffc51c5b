using System.Threading.Channels;

namespace Campaigns.Storage;

/// <summary>A bell: many rings before somebody listens are one ring.</summary>
public sealed class Signal
{
    readonly Channel<bool> rings = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Ring() => rings.Writer.TryWrite(true);

    public async Task Wait(CancellationToken ct) => await rings.Reader.ReadAsync(ct);

    /// <summary>Waits for a ring, at most for <paramref name="longest"/>.</summary>
    /// <returns>Whether it rang.</returns>
    public async Task<bool> Wait(TimeSpan longest, TimeProvider clock, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            return await rings.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
