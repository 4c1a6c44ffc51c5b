using Campaigns.Engine;
using Campaigns.Engine.Messages;
using Microsoft.Extensions.Options;

namespace Campaigns.Tracking;

/// <summary>Removes bodies that were read and are older than they are kept.</summary>
public sealed record ForgetWebhookBodies;

sealed class WebhookRetention(IOptions<TrackingOptions> options)
{
    static readonly string ForgetBodies = Sql.Beside<WebhookRetention>(nameof(ForgetBodies));

    public async Task Handle(ForgetWebhookBodies message, Delivery delivery, CancellationToken ct)
    {
        var session = delivery.OpenSession();
        session.Sql.Add(ForgetBodies, Guid.CreateVersion7(session.Now - options.Value.BodiesKeptFor)); // ids begin with the time of their making
        await session.Commit(ct);
    }
}
