using Campaigns.Limits;
using Campaigns.Senders;
using Campaigns.Storage;
using JasperFx.Events;
using Marten;
using Marten.Services;
using Microsoft.Extensions.Logging;

namespace Campaigns.Planning;

/// <summary>Whatever lets a breaker pause a campaign or a sender, the log says so once it is committed.</summary>
sealed class BreakerPauses(ILogger<BreakerPauses> log) : DocumentSessionListenerBase
{
    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        foreach (var @event in commit.GetEvents())
        {
            switch (@event.Data)
            {
                case CampaignPaused { By: PausedBy.Breaker, Reason: var reason }:
                    Log.BreakerPaused(log, @event.StreamId, reason);
                    break;
                case SenderPaused { By: PausedBy.Breaker, Reason: var reason }:
                    Log.BreakerPausedSender(log, @event.StreamId, reason);
                    break;
            }
        }

        return Task.CompletedTask;
    }
}
