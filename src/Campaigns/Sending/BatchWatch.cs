using Campaigns.Ledger;
using Campaigns.Planning;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Sending;

/// <summary>
/// Tells a batch that is out when its campaign is paused or cancelled, on whichever node that happens, and when another node took the batch for
/// interrupted, because this one stood still.
/// </summary>
sealed class BatchWatch : IAsyncDisposable
{
    /// <summary>For when no word comes: it may be lost with a connection.</summary>
    static readonly TimeSpan LookAnyway = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource ended = new();
    readonly Signal changed = new();
    readonly SemaphoreSlim looking = new(1);
    readonly IDocumentStore store;
    readonly TimeProvider machine;
    readonly string tenantId;
    readonly Guid campaignId;
    readonly Guid claim;
    readonly TimeSpan believed;
    readonly Action<string> halt;
    readonly IDisposable subscription;
    readonly Task watching;
    Moment seen;

    /// <param name="claim">Under which the batch was opened a moment ago.</param>
    /// <param name="believed">How long a look holds: shorter than what others wait before they take a node for dead.</param>
    /// <param name="halt">Told why nothing more may be handed over.</param>
    public BatchWatch(
        IDocumentStore store, MachineClock machine, Notifications notifications, string tenantId, Guid campaignId, Guid claim, TimeSpan believed,
        Action<string> halt)
    {
        (this.store, this.tenantId, this.campaignId, this.claim, this.believed, this.halt) = (store, tenantId, campaignId, claim, believed, halt);
        this.machine = machine.Now;
        seen = Moment.Of(this.machine);
        subscription = notifications.Subscribe(CampaignLedger.HaltTopic(tenantId), changed.Ring);
        watching = Watch();
    }

    /// <summary>Completes once the batch was seen to be this node's a moment ago, or there is a reason to stop: a database that is away is waited for.</summary>
    public async ValueTask Confirm(CancellationToken ct)
    {
        while (IsTooLongAgo() && !ct.IsCancellationRequested && await LookOnce() is null)
        {
            await Task.Delay(LookAnyway, store.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        subscription.Dispose();
        await ended.CancelAsync();
        await watching;
        ended.Dispose();
        looking.Dispose();
    }

    // By both clocks: one does not run while a machine is suspended, the other may be set.
    bool IsTooLongAgo()
    {
        var last = Volatile.Read(ref seen);
        return machine.GetElapsedTime(last.Timestamp) > believed || machine.GetUtcNow() - last.At > believed;
    }

    async Task Watch()
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await changed.Wait(LookAnyway, store.Clock, ended.Token);
            }
            catch (OperationCanceledException)
            {
                return; // the batch has ended
            }

            if (await LookOnce() is false)
            {
                return;
            }
        }
    }

    /// <returns>Whether to go on; null when the database cannot be asked, and then nobody can pause the campaign or take the batch either, but on its other side.</returns>
    async Task<bool?> LookOnce()
    {
        try
        {
            await looking.WaitAsync(ended.Token);
            try
            {
                var asked = Moment.Of(machine);
                var campaign = (await store.Load<Campaign>(tenantId, campaignId, ended.Token)).State;
                var why = campaign.Status is not CampaignStatus.Sending ? $"The campaign was {CampaignRules.Words(campaign.Status)}"
                    : campaign.OpenBatch?.Claim != claim ? "Another node took the batch while this one stood still"
                    : null;
                Volatile.Write(ref seen, asked);
                if (why is not null)
                {
                    halt(why);
                }

                return why is null;
            }
            finally
            {
                looking.Release();
            }
        }
        catch (Exception error) when (ended.IsCancellationRequested || Races.DatabaseIsAway(error) || Races.DatabaseTakesNothing(error))
        {
            return null;
        }
        catch (Exception error)
        {
            // Asked for ever it would keep the batch for ever. What was handed over keeps its results, and the rest is returned.
            halt($"An unexpected {error.GetType().Name} when the campaign was looked at");
            return false;
        }
    }
}
