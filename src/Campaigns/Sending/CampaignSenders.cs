using Marten;
using Campaigns.Storage;
using Campaigns.Audience;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Senders;

namespace Campaigns.Sending;

/// <summary>In whose name the messages of a campaign go out at this moment.</summary>
/// <param name="senders">Those that the campaign names.</param>
public sealed class CampaignSenders(IReadOnlyList<CampaignSender> senders)
{
    public static async Task<CampaignSenders> Read(
        IDocumentStore store, string tenantId, CampaignSettings settings, bool requireVerified, CancellationToken ct) =>
        Create(settings, await SenderDirectory.Find(store, tenantId, settings.SenderIds ?? [], EmailAddress.Normalise(settings.From?.Email), ct), requireVerified);

    /// <param name="found">Of the senders of the organisation those whom the campaign names, by id or by address.</param>
    /// <param name="requireVerified">False: any address will do, and so will senders who are not verified.</param>
    public static CampaignSenders Create(CampaignSettings settings, IReadOnlyList<StreamState<Sender>> found, bool requireVerified)
    {
        if (settings.SenderIds is { Count: > 0 } ids)
        {
            return new CampaignSenders([.. found.Where(sender => ids.Contains(sender.Id)).Select(sender => CampaignSender.Create(sender, requireVerified))]);
        }

        var address = EmailAddress.Normalise(settings.From?.Email);
        var known = address is null ? null : found.FirstOrDefault(sender => sender.State.Settings.Email == address);
        return new CampaignSenders([known is not null ? CampaignSender.Create(known, requireVerified).As(settings.From!)
            : new CampaignSender(Guid.Empty, settings.From, Why: requireVerified && address is not null ? "is no sender any more" : null)]);
    }

    /// <summary>The one from whom everybody gets the message; null when there are several.</summary>
    public CampaignSender? Only(Channel channel) => Writing(channel) is [var only] ? only : null;

    /// <summary>Who writes to a contact; null when nobody may.</summary>
    public CampaignSender? For(Guid contactId, Channel channel)
    {
        var writing = Writing(channel);
        return writing is [var only] ? only.Why is null ? only : null
            : SenderChoice.For(contactId, writing.Select(sender => sender.Id), id => writing.Any(sender => sender.Id == id && sender.Why is null)) is { } chosen
                ? writing.First(sender => sender.Id == chosen)
            : null;
    }

    /// <summary>Those who may write over this channel now.</summary>
    public IReadOnlyList<CampaignSender> Able(Channel channel) => Writing(channel).FindAll(sender => sender.Why is null);

    /// <summary>Why nobody may send over one of these channels now; null when somebody may over each.</summary>
    public string? Unavailable(CampaignChannels channels) => channels.Each().Select(Unavailable).FirstOrDefault(why => why is not null);

    string? Unavailable(Channel channel)
    {
        var writing = Writing(channel);
        return writing.Any(sender => sender.Why is null)
            ? null
            : $"None of its senders may send: {string.Join(", ", writing.Select(sender => $"{sender.Name} {sender.Why}"))}. Resume the campaign once one may.";
    }

    // Texts come from the number of the provider's account where none of the senders has one of its own.
    List<CampaignSender> Writing(Channel channel)
    {
        var writing = senders.Where(sender => channel == Channel.Email ? sender.Address is not null : sender.TextFrom is not null).ToList();
        return writing.Count == 0 && channel == Channel.Sms ? [new CampaignSender(Guid.Empty, null)] : writing;
    }
}

/// <param name="Id">Empty for an address, or the number of the account, that is no sender of the organisation's.</param>
/// <param name="TextFrom">The number, messaging service or word of its texts; null for the account's own.</param>
/// <param name="Why">Why it may not send; null when it may.</param>
public sealed record CampaignSender(
    Guid Id, SenderAddress? Address, string? TextFrom = null, SenderLimits? Limits = null, WarmUp? WarmUp = null, string? Why = null)
{
    /// <summary>For people.</summary>
    public string Name => Address?.Email ?? TextFrom ?? "the account's number";

    /// <summary>Under the name and with the address for answers that a campaign gives; its own where that gives none.</summary>
    public CampaignSender As(SenderAddress given) =>
        this with { Address = given with { Name = given.Name ?? Address?.Name, ReplyTo = given.ReplyTo ?? Address?.ReplyTo } };

    /// <summary>As it is now: whoever changed its address after the launch has it verified anew.</summary>
    public static CampaignSender Create(StreamState<Sender> sender, bool requireVerified)
    {
        var (state, settings) = (sender.State, sender.State.Settings);
        return new CampaignSender(
            sender.Id, settings.Email is { } email ? new SenderAddress(email, settings.Name, settings.ReplyTo) : null,
            settings.TextFrom, settings.Limits, settings.WarmUp,
            requireVerified && !state.IsVerified ? "is not verified" : state.Retired ? "is retired" : state.PausedBy is not null ? $"is paused ({state.Reason})" : null);
    }
}
