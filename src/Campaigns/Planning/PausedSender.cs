using Campaigns.Audience;
using Campaigns.Limits;
using Campaigns.Senders;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Planning;

/// <summary>A sender of a campaign in whose name nothing goes out. Resuming the campaign leaves it so: other campaigns share it.</summary>
/// <param name="Name">Its e-mail address, or what it is called where it has none.</param>
/// <param name="PausedBy">A breaker goes by all that went out in its name, so that the campaign alone may look healthy.</param>
/// <param name="Resume">The call that resumes it.</param>
public sealed record PausedSender(Guid Id, string Name, PausedBy PausedBy, string? Reason, string Resume)
{
    /// <returns>Null when none of the campaign's senders is paused.</returns>
    internal static async Task<IReadOnlyList<PausedSender>?> Find(IDocumentStore store, string tenantId, CampaignSettings settings, CancellationToken ct)
    {
        var ids = settings.SenderIds ?? [];
        var address = ids.Count > 0 ? null : EmailAddress.Normalise(settings.From?.Email); // whoever rotates does not write as "from"
        var paused = Among(await SenderDirectory.Find(store, tenantId, ids, address, ct));
        return paused.Count > 0 ? paused : null;
    }

    public static IReadOnlyList<PausedSender> Among(IEnumerable<StreamState<Sender>> senders) =>
    [
        .. from sender in senders
           let state = sender.State
           where state is { PausedBy: not null, Retired: false }
           select new PausedSender(
               sender.Id, state.Settings.Email ?? state.Settings.Name, state.PausedBy!.Value, state.Reason, $"POST /api/v1/senders/{sender.Id}/resume"),
    ];
}
