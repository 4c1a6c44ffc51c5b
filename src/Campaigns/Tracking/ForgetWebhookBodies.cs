using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Options;
using Wolverine.Attributes;

namespace Campaigns.Tracking;

/// <summary>Removes bodies that were read and are older than they are kept.</summary>
[MessageIdentity("forget_webhook_bodies")]
public sealed record ForgetWebhookBodies;

public static class ForgetWebhookBodiesHandler
{
    static readonly string ForgetBodies = Sql.Beside(typeof(ForgetWebhookBodiesHandler), nameof(ForgetBodies));

    public static void Handle(ForgetWebhookBodies message, IDocumentSession session, IOptions<TrackingOptions> options, TimeProvider clock) =>
        session.Sql(ForgetBodies, Guid.CreateVersion7(clock.GetUtcNow() - options.Value.BodiesKeptFor)); // ids begin with the time of their making
}
