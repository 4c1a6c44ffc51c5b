using Campaigns.Limits;
using Campaigns.Senders;
using Campaigns.Storage;
using JasperFx.Events;
using Marten;
using Marten.Services;
using Microsoft.Extensions.Logging;

namespace Campaigns.Planning;

/// <summary>Whatever pauses a campaign or a sender, it is counted once it is committed; and where a breaker did, the log says so.</summary>
sealed class Pauses(CampaignMetrics metrics, ILogger<Pauses> log) : DocumentSessionListenerBase
{
    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        foreach (var @event in commit.GetEvents())
        {
            switch (@event.Data)
            {
                case CampaignPaused { By: var by, Reason: var reason }:
                    metrics.CountPause("campaign", by);
                    if (by == PausedBy.Breaker)
                    {
                        Log.BreakerPaused(log, @event.StreamId, reason);
                    }

                    break;
                case SenderPaused { By: var by, Reason: var reason }:
                    metrics.CountPause("sender", by);
                    if (by == PausedBy.Breaker)
                    {
                        Log.BreakerPausedSender(log, @event.StreamId, reason);
                    }

                    break;
            }
        }

        return Task.CompletedTask;
    }
}
