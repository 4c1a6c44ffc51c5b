using Campaigns.Audience;
using Campaigns.Engine.Events;
using Campaigns.Planning;
using Campaigns.Tenancy;

namespace Campaigns.Sending;

/// <summary>In whose name the messages of a campaign go out at this moment.</summary>
public sealed class CampaignSenders(IReadOnlyList<CampaignSender> senders)
{
    /// <summary>Whether everybody gets the message from the same one: its limits concern everybody then.</summary>
    public CampaignSender? Only => senders is [var only] ? only : null;

    /// <summary>Why nobody may send now; null when somebody may.</summary>
    public string? Unavailable => senders.Any(sender => sender.Why is null)
        ? null
        : $"None of its senders may send: {string.Join(", ", senders.Select(sender => $"{sender.Address.Email} {sender.Why}"))}. Resume the campaign once one may.";

    public static async Task<CampaignSenders> Of(EventStore store, string tenantId, CampaignSettings settings, CancellationToken ct)
    {
        var found = await Senders.Find(store, tenantId, settings.SenderIds ?? [], EmailAddress.Normalise(settings.From?.Email), ct);
        return Of(settings, found);
    }

    /// <param name="found">Of the senders of the organisation those whom the campaign names, by id or by address.</param>
    public static CampaignSenders Of(CampaignSettings settings, IReadOnlyList<StreamState<Sender>> found)
    {
        if (settings.SenderIds is not { Count: > 0 } ids)
        {
            var address = EmailAddress.Normalise(settings.From!.Email);
            var known = found.FirstOrDefault(sender => sender.State.Settings.Email == address);
            return new CampaignSenders([known is null ? new CampaignSender(Guid.Empty, settings.From) : CampaignSender.Of(known) with { Address = settings.From }]);
        }

        return new CampaignSenders([.. found.Where(sender => ids.Contains(sender.Id) && sender.State.Settings.Email is not null).Select(CampaignSender.Of)]);
    }

    /// <summary>Who writes to a contact; null when nobody may.</summary>
    public CampaignSender? For(Guid contactId) =>
        Only is { } only ? only.Why is null ? only : null
        : SenderChoice.For(contactId, senders.Select(sender => sender.Id), id => senders.Any(sender => sender.Id == id && sender.Why is null)) is { } chosen
            ? senders.First(sender => sender.Id == chosen)
        : null;
}

/// <param name="Id">Empty for an address that is no sender of the organisation's.</param>
/// <param name="Why">Why it may not send; null when it may.</param>
public sealed record CampaignSender(Guid Id, SenderAddress Address, SenderLimits? Limits = null, WarmUp? WarmUp = null, string? Why = null)
{
    public static CampaignSender Of(StreamState<Sender> sender)
    {
        var (state, settings) = (sender.State, sender.State.Settings);
        return new CampaignSender(
            sender.Id, new SenderAddress(settings.Email ?? "", settings.Name, settings.ReplyTo), settings.Limits, settings.WarmUp,
            state.Retired ? "is retired" : state.PausedBy is not null ? $"is paused ({state.Reason})" : null);
    }
}
