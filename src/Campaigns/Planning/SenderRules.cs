using Campaigns.Storage;
using Campaigns.Audience;
using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;
using Campaigns.Recipients;
using Campaigns.Senders;

namespace Campaigns.Planning;

/// <summary>In whose name a campaign may go out.</summary>
public static class SenderRules
{
    /// <param name="found">Of the senders of the organisation those whom the campaign names, by id or by address.</param>
    /// <param name="requireVerified">False: any address will do, and so will senders who are not verified.</param>
    public static Refusal? RefusalFor(CampaignSettings settings, IReadOnlyCollection<StreamState<Sender>> found, bool requireVerified)
    {
        foreach (var id in settings.SenderIds ?? [])
        {
            if (Refuse($"sender {id}", found.FirstOrDefault(sender => sender.Id == id), requireVerified) is { } refusal)
            {
                return refusal;
            }
        }

        var address = EmailAddress.Normalise(settings.From?.Email);
        return requireVerified && address is not null
            ? Refuse(
                $"sender with the address {address}",
                found.FirstOrDefault(sender => sender.State is { Retired: false } state && state.Settings.Email == address), true)
            : null;
    }

    /// <summary>Why it would be a mistake to send texts that nobody can answer and that show no other way out; null where it is none.</summary>
    public static Refusal? FindNoWayOut(CampaignSettings settings, TemplateContent content, IEnumerable<StreamState<Sender>> found) =>
        settings is { Transactional: false } && settings.Channels.Include(Channel.Sms)
        && !(TemplateSyntax.Check(content.Sms ?? "", out var sms) is null && ShownLink.IsAlwaysWritten(sms!))
        && found.FirstOrDefault(sender => sender.State.Settings is { TextFrom: { } from } of && from == of.AlphanumericId) is { } sender
            ? new Refusal(
                NoWayOut,
                $"Nobody can answer texts from '{sender.State.Settings.AlphanumericId}', with STOP neither, and not everybody's text shows another way out. Write {{{{{Footer.UnsubscribeUrl}}}}} in it, outside of conditions, or send "
                + "from a number; launch?force=true launches it all the same.",
                RefusalKind.Invalid)
            : null;

    internal const string NoWayOut = "no-way-out";

    static Refusal? Refuse(string who, StreamState<Sender>? sender, bool requireVerified) => sender switch
    {
        null => new Refusal("sender-unknown", $"There is no {who}: add it with POST /api/v1/senders and verify it.", RefusalKind.Invalid),
        { State.Retired: true } => new Refusal("sender-retired", $"The {who} is retired: choose another one.", RefusalKind.Invalid),
        { State.IsVerified: false } when requireVerified => new Refusal(
            "sender-unverified", $"The {who} is not verified: POST /api/v1/senders/{sender.Id}/verify says how.", RefusalKind.Invalid),
        _ => null,
    };
}
