using Campaigns.Storage;
using Campaigns.Recipients;
using Campaigns.Tenancy;

namespace Campaigns.Planning;

/// <summary>The rules of a campaign's life. Every one is a pure function of its state; a refusal says what would help.</summary>
public static class CampaignRules
{
    public static Refusal? Exists(Campaign campaign) => campaign.Status is CampaignStatus.None or CampaignStatus.Deleted
        ? new Refusal("not-found", "There is no such campaign.", RefusalKind.NotFound)
        : null;

    /// <summary>Only drafts are edited, deleted and submitted.</summary>
    public static Refusal? IsDraft(Campaign campaign) => Exists(campaign) ?? (campaign.Status == CampaignStatus.Draft
        ? null
        : new Refusal("campaign-not-draft", $"Only a draft can be changed; this campaign is {Words(campaign.Status)}. Duplicate it to get a new draft."));

    /// <summary>May be scheduled or launched: a draft, or an approved campaign where the organisation asks for approval.</summary>
    public static Refusal? IsCleared(Campaign campaign, OrganisationSettings organisation) => Exists(campaign) ?? campaign.Status switch
    {
        CampaignStatus.Approved => null,
        CampaignStatus.Draft when !organisation.ApprovalRequired => null,
        CampaignStatus.Draft => new Refusal("approval-required", "Your organisation asks for approval: submit the campaign, and have it approved."),
        CampaignStatus.InReview => new Refusal("approval-required", "The campaign waits for approval."),
        _ => new Refusal("campaign-not-draft", $"The campaign is {Words(campaign.Status)}; only a draft can be scheduled or launched."),
    };

    /// <summary>A sender as a caller names one: whoever reads what is missing knows what to write.</summary>
    public const string SenderWords = "a sender (from or senderIds)";

    /// <summary>Whom it goes to in the same way.</summary>
    public const string AudienceWords = "a list (listId or audience)";

    /// <summary>A template in the same way.</summary>
    public const string TemplateWords = "a template (templateId)";

    /// <summary>Has all that sending takes.</summary>
    public static Refusal? IsComplete(CampaignSettings settings)
    {
        var missing = new List<string>();
        if (settings.Whom is null)
        {
            missing.Add(AudienceWords);
        }

        if (settings.TemplateId is null)
        {
            missing.Add(TemplateWords);
        }

        if (settings.Channels.Include(Channel.Email) && !NamesSender(settings))
        {
            missing.Add(SenderWords);
        }

        return missing.Count == 0
            ? null
            : new Refusal("campaign-incomplete", $"The campaign still needs {string.Join(", ", missing)}.", RefusalKind.Invalid);
    }

    /// <summary>Says by an address or by ids who writes its e-mails; texts may come from the account's own number.</summary>
    public static bool NamesSender(CampaignSettings settings) => settings.From is not null || settings.SenderIds is { Count: > 0 };

    public static string Words(CampaignStatus status) => status switch
    {
        CampaignStatus.InReview => "in review",
        _ => status.ToString().ToLowerInvariant(),
    };
}
