using Marten;
using Campaigns.Storage;
using Campaigns.Audience;
using Campaigns.Limits;
using Campaigns.Providers;
using Campaigns.Recipients;

namespace Campaigns.Planning;

/// <summary>A campaign as a caller describes it. Everything but the name may still be missing in a draft.</summary>
/// <param name="ListId">Whom it goes to, where that is one list; else give an audience.</param>
public sealed record CampaignInput(
    string Name, Guid? ListId = null, Guid? TemplateId = null, SenderAddress? From = null, Pace? Pace = null, double? NoOpenAfterSeconds = null,
    bool Urgent = false, DeliveryWindow? Window = null, LimitSettings? Limits = null, double? LateToleranceMinutes = null,
    IReadOnlyList<Guid>? SenderIds = null,
    CampaignChannels? Channels = null, bool IgnoresFrequencyCap = false, bool Transactional = false, CampaignAudience? Audience = null,
    CampaignOffers? Offers = null)
{
    const int LongestName = 200;
    const int LargestBatch = 1000;
    const int MostSenders = 100;

    /// <summary>The input that comes to these settings.</summary>
    public static CampaignInput Read(CampaignSettings settings) => new(
        settings.Name, settings.ListId, settings.TemplateId, settings.From, settings.Pace, settings.NoOpenAfterSeconds, settings.Urgent, settings.Window,
        settings.Limits, settings.LateToleranceMinutes, settings.SenderIds, settings.Channels, settings.IgnoresFrequencyCap,
        settings.Transactional, settings.Audience, settings.Offers);

    public CampaignSettings ToSettings() => new(
        Name.Trim(), ListId, TemplateId, From?.Normalise(), Pace ?? Pace.Default, NoOpenAfterSeconds ?? CampaignSettings.ThreeDays, Urgent, Window, Limits,
        LateToleranceMinutes ?? CampaignSettings.AnHour, SenderIds is { Count: > 0 } ? SenderIds : null,
        Channels ?? CampaignChannels.Email, IgnoresFrequencyCap, Transactional, Audience?.Normalise(), Offers?.Normalise());

    /// <returns>What is wrong, by member; empty when nothing is.</returns>
    public IDictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        void Check(bool isGood, string member, string otherwise)
        {
            if (!isGood)
            {
                errors.TryAdd(member, [otherwise]);
            }
        }

        Check(!string.IsNullOrWhiteSpace(Name) && Name.Trim().Length <= LongestName, "name", $"A name of 1 to {LongestName} characters is needed.");
        Check(Name?.Any(char.IsControl) != true, "name", "A name is one line of text.");
        Check(SenderAddress.CheckName(From?.Name) is null, "from.name", SenderAddress.CheckName(From?.Name) ?? "");
        Check(From is null || EmailAddress.Normalise(From.Email) is not null, "from.email", "This is no e-mail address.");
        Check(From?.ReplyTo is null || EmailAddress.Normalise(From.ReplyTo) is not null, "from.replyTo", "This is no e-mail address.");
        Check(NoOpenAfterSeconds is null or (> 0 and <= 365 * 24 * 3600), "noOpenAfterSeconds", "More than 0 seconds and at most 365 days.");
        Check(SenderIds is null || (SenderIds.Count <= MostSenders && SenderIds.Distinct().Count() == SenderIds.Count), "senderIds",
            $"At most {MostSenders} senders, each once.");
        Check(ListId is null || Audience is null, "audience", "Give listId or audience, not both: null takes the other one back.");
        foreach (var (member, why) in Audience?.Errors() ?? [])
        {
            Check(false, member, why);
        }

        Check(Offers?.Error() is null, "offers.except", Offers?.Error() ?? "");
        Check(Pace is null || (Pace.Batches is null) != (Pace.Daily is null), "pace", "Give either batches or daily, not both and not none.");
        if (Pace?.Batches is { } batches)
        {
            Check(batches.MinSize is >= 1 && batches.MaxSize is <= LargestBatch && batches.MinSize <= batches.MaxSize, "pace.batches",
                $"1 <= minSize <= maxSize <= {LargestBatch}.");
            Check(batches.MinDelaySeconds >= 0 && batches.MinDelaySeconds <= batches.MaxDelaySeconds && batches.MaxDelaySeconds <= 24 * 3600,
                "pace.batches.delay", "0 <= minDelaySeconds <= maxDelaySeconds <= 86400.");
        }

        Check(LateToleranceMinutes is null or (>= 1 and <= 14 * 24 * 60), "lateToleranceMinutes", "1 minute to 14 days.");
        Check(Window?.Error is null, "window", Window?.Error ?? "");
        foreach (var (member, why) in Limits?.Errors() ?? [])
        {
            Check(false, member, why);
        }

        if (Pace?.Daily is { } daily)
        {
            Check(daily.Limit is >= 1 and <= LargestBatch, "pace.daily.limit", $"1 to {LargestBatch} messages a period.");
            Check(daily.PeriodHours is > 0 and <= 24 * 31, "pace.daily.periodHours", "More than 0 hours and at most 31 days.");
        }

        return errors;
    }

    /// <summary>Whether the lists, the segments, the contacts, the template and the formula that it names are there.</summary>
    /// <param name="before">What the campaign named before: contacts that were removed since do no harm, and would be in the way of every other change.</param>
    public async Task<Refusal?> FindReferences(IDocumentStore store, string tenantId, CampaignAudience? before, CancellationToken ct)
    {
        var missing = await MissingReferences.Find(store, tenantId, ToSettings(), ct);
        var contacts = missing.Contacts.Except(before?.AllContacts ?? []).ToList();
        return missing.Lists.Count > 0
            ? new Refusal("list-unknown", $"There is no list {string.Join(", ", missing.Lists)}.", RefusalKind.Invalid)
            : missing.Segments.Count > 0
            ? new Refusal("segment-unknown", $"There is no segment {string.Join(", ", missing.Segments)}.", RefusalKind.Invalid)
            : contacts.Count > 0
            ? new Refusal("contact-unknown", $"There is no contact {string.Join(", ", contacts)}.", RefusalKind.Invalid)
            : missing.Formula ? new Refusal("formula-unknown", $"There is no formula {Offers?.FormulaId}.", RefusalKind.Invalid)
            : missing.Template ? new Refusal("template-unknown", $"There is no template {TemplateId}.", RefusalKind.Invalid)
            : null;
    }
}
