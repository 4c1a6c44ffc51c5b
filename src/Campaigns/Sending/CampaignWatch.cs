using Marten;
using Campaigns.Storage;
using Campaigns.Ledger;
using Campaigns.Planning;

namespace Campaigns.Sending;

/// <summary>Tells a batch that is out when its campaign is paused or cancelled, on whichever node that happens.</summary>
sealed class CampaignWatch : IAsyncDisposable
{
    /// <summary>For when no word comes: it may be lost with a connection.</summary>
    static readonly TimeSpan LookAnyway = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource ended = new();
    readonly Signal changed = new();
    readonly IDisposable subscription;
    readonly Task watching;

    public CampaignWatch(IDocumentStore store, Notifications notifications, string tenantId, Guid campaignId, Action<string> halt)
    {
        subscription = notifications.Subscribe(CampaignLedger.HaltTopic(tenantId), changed.Ring);
        watching = Watch(store, tenantId, campaignId, halt);
    }

    public async ValueTask DisposeAsync()
    {
        subscription.Dispose();
        await ended.CancelAsync();
        await watching;
        ended.Dispose();
    }

    async Task Watch(IDocumentStore store, string tenantId, Guid campaignId, Action<string> halt)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await changed.Wait(LookAnyway, store.Clock, ended.Token);
                if ((await store.Load<Campaign>(tenantId, campaignId, ended.Token)).State.Status is not CampaignStatus.Sending and var status)
                {
                    halt($"The campaign was {CampaignRules.Words(status)}");
                    return;
                }
            }
            catch (Exception)
            {
                // The batch has ended, or the database is away: then nobody can pause it either. Whatever it is, the batch keeps its results.
            }
        }
    }
}
