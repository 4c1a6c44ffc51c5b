using System.Globalization;
using Campaigns.Audience;
using Campaigns.Audience.Offers;
using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Limits;
using Campaigns.Recipients;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Npgsql;

namespace Campaigns.Planning;

/// <summary>Who would get a campaign that is launched now.</summary>
/// <param name="Members">Contacts in its audience, those that are excepted among them.</param>
/// <param name="Offers">What it would offer; null where it is about no offers.</param>
/// <param name="Domains">Where most of it would go by e-mail, the most first.</param>
public sealed record AudienceView(
    long Members,
    IReadOnlyList<ChannelAudience> Channels,
    IReadOnlyList<DomainShare> Domains,
    ContentCheck Content,
    OffersPreview? Offers = null);

/// <param name="Share">Of all its messages, 0 to 1; of a large audience by those that were examined.</param>
public sealed record DomainShare(
    string Domain,
    double Share);

/// <summary>Who would get it over one channel.</summary>
/// <param name="WouldGet">Messages that would go out, those that fail for their content among them.</param>
/// <param name="Skipped">Who would get nothing, by reason.</param>
/// <param name="Waiting">Of those who would get it, who have to wait until the frequency cap lets them.</param>
/// <param name="Zones">Where those live who can be reached over it, the most first: it goes out in the hours of delivery by the clocks there.</param>
public sealed record ChannelAudience(
    Channel Channel,
    long WouldGet,
    IReadOnlyDictionary<string, long> Skipped,
    long Waiting,
    IReadOnlyList<ZoneCount> Zones);

/// <param name="TimeZone">Null for contacts without one: they are taken to live in the organisation's.</param>
public sealed record ZoneCount(
    string? TimeZone,
    long Contacts);

/// <summary>What comes of the template for those who would get it.</summary>
/// <param name="Examined">Messages that were written to find out: of a large audience some from all over.</param>
/// <param name="WouldFail">Of these.</param>
/// <param name="Problems">What is wrong with them, the commonest first.</param>
public sealed record ContentCheck(
    int Examined,
    int WouldFail,
    IReadOnlyList<ContentProblem> Problems);

/// <param name="Code">As of a message that fails: <c>missing-variables</c>, <c>text-too-long</c> and so on.</param>
/// <param name="Field">The merge field that is missing; null where the problem is another one.</param>
/// <param name="Messages">How many of those examined have it.</param>
/// <param name="Examples">Contacts of whom it is true.</param>
public sealed record ContentProblem(
    string Code,
    string? Field,
    string Why,
    int Messages,
    IReadOnlyList<ContactExample> Examples);

public sealed record ContactExample(
    Guid ContactId,
    string? Email,
    string? Phone);

/// <summary>Looks at the people in a campaign's audience and at what they would get.</summary>
public sealed class Audiences(IDocumentStore store, CompiledTemplates templates, UnsubscribeLinks links, OfferPreviews offers)
{
    /// <summary>How many messages of a channel are written to judge by whether most would fail.</summary>
    public const int Sample = 5_000;

    const string NobodyToWriteTo = "nobody-to-write-to";
    const string MostWouldFail = "most-would-fail";
    const int MostExamples = 3;
    const int MostDomains = 10;

    static readonly string CountAudience = Sql.Beside<Audiences>(nameof(CountAudience));
    static readonly string CountCapped = Sql.Beside<Audiences>(nameof(CountCapped));
    static readonly string CountZones = Sql.Beside<Audiences>(nameof(CountZones));
    static readonly string ReadZones = Sql.Beside<Audiences>(nameof(ReadZones));
    static readonly string SampleAudience = Sql.Beside<Audiences>(nameof(SampleAudience));
    static readonly string FindReachable = Sql.Beside<Audiences>(nameof(FindReachable));

    /// <param name="settings">They name an audience and a template.</param>
    /// <param name="at">When it would begin.</param>
    public async Task<AudienceView> Look(
        string tenantId, CampaignSettings settings, Launchable launchable, OrganisationSettings organisation, DateTimeOffset at, CancellationToken ct)
    {
        var channels = new List<ChannelAudience>();
        var members = 0L;
        var whom = await AudienceQuery.Prepare(store, tenantId, settings.Whom!, at, ct);
        var closed = await ClosedZones(whom, settings, organisation, at, ct);
        var survey = settings.Offers is null ? null : await offers.Survey(tenantId, settings, launchable.FormulaVersion, whom, ct);
        var offered = survey?.End();
        foreach (var channel in settings.Channels.Each())
        {
            var counts = (await whom.Read(CountAudience, reader => Enumerable.Range(0, 7).Select(reader.GetInt64).ToArray(), ct, Name(channel), closed)).Single();
            var cap = settings.IgnoresFrequencyCap ? null : organisation.FrequencyCap;
            var capped = cap is null
                ? 0
                : (await whom.Read(CountCapped, reader => reader.GetInt64(0), ct, Name(channel), (long)cap.Messages, at)).Single();
            var dropped = cap is { Hold: false } ? capped : 0;
            var skipped = new (SkipReason Reason, long Count)[]
            {
                (SkipReason.Excepted, counts[1]), (SkipReason.ContactDeleted, counts[2]), (SkipReason.NoAddress, counts[3]),
                (SkipReason.Suppressed, counts[4]), (SkipReason.SameAddress, counts[5]), (SkipReason.FrequencyCap, dropped),
                (SkipReason.OutsideHours, counts[6]),
                (SkipReason.NoOffer, survey?.WithoutOffer(channel) ?? 0),
            };
            members = counts[0];
            channels.Add(new ChannelAudience(
                channel, Math.Max(0, counts[0] - skipped.Sum(each => each.Count)),
                skipped.Where(each => each.Count > 0).ToDictionary(each => Word(each.Reason), each => each.Count), capped - dropped,
                await whom.Read(CountZones, reader => new ZoneCount(reader.TextOrNull(0), reader.GetInt64(1)), ct, Name(channel))));
        }

        var (content, domains) = await CheckContent(whom, tenantId, settings, launchable, organisation, ct);
        return new AudienceView(members, channels, domains, content, offered);
    }

    /// <summary>Why it would be a mistake to launch: nobody would get it, or most of those who would get nothing they could read. Null where it is none.</summary>
    public async Task<Refusal?> FindMistake(
        string tenantId, CampaignSettings settings, Launchable launchable, OrganisationSettings organisation, CancellationToken ct)
    {
        var channels = settings.Channels.Each().Select(Name).ToArray();
        var cap = settings.IgnoresFrequencyCap || organisation.FrequencyCap is { Hold: true } ? null : organisation.FrequencyCap;
        var now = store.Clock.GetUtcNow();
        var whom = await AudienceQuery.Prepare(store, tenantId, settings.Whom!, now, ct);
        var closed = await ClosedZones(whom, settings, organisation, now, ct);
        var isReachable = (await whom.Read(FindReachable, reader => reader.GetBoolean(0), ct, channels, (long?)cap?.Messages, now, closed)).Single();
        if (!isReachable)
        {
            return NobodyWouldGetIt;
        }

        var (content, _) = await CheckContent(whom, tenantId, settings, launchable, organisation, ct);
        // Of a large audience the few who have an offer left may not be among those that were examined.
        return settings.Offers is not null && content.Examined == 0
            ? (await offers.Survey(tenantId, settings, launchable.FormulaVersion, whom, ct)).End().Contacts == 0 ? NobodyHasAnOffer : null
            : FindMistake(content);
    }

    /// <summary>The same of what was looked at already.</summary>
    public static Refusal? FindMistake(AudienceView audience) =>
        audience.Channels.All(channel => channel.WouldGet == 0)
            ? audience.Offers is { Contacts: 0, WithoutOffer: > 0 } ? NobodyHasAnOffer : NobodyWouldGetIt
            : FindMistake(audience.Content);

    static Refusal NobodyHasAnOffer { get; } = new(
        NobodyToWriteTo,
        "Nobody would get it: the campaign is about offers, and nobody in its audience has one that it does not leave out and its formula can be worked out for. GET /campaigns/{id}/offers says why not; "
        + "launch?force=true launches it all the same.",
        RefusalKind.Invalid);

    static Refusal NobodyWouldGetIt { get; } = new(
        NobodyToWriteTo,
        "Nobody would get it: its audience has no contact who can be reached over its channel, is not suppressed, has not had enough of others and, where the window drops those for whom it is closed, may get it at this hour. GET /campaigns/{id}/check counts the reasons; "
        + "launch?force=true launches it all the same.",
        RefusalKind.Invalid);

    /// <summary>Such a launch can be forced.</summary>
    public static bool IsMistake(Refusal refusal) => refusal.Code is NobodyToWriteTo or MostWouldFail or SenderRules.NoWayOut;

    public static Refusal? FindMistake(ContentCheck content)
    {
        if (content.WouldFail * 2 <= content.Examined)
        {
            return null;
        }

        var problem = content.Problems[0];
        var example = problem.Examples[0];
        var help = problem.Field == Footer.UnsubscribeUrl
            ? "The server can make no links until PublicUrl and Secrets:Key are set."
            : problem.Field == Footer.PostalAddress ? "Give the organisation a postalAddress (PATCH /organisation), or take it out of the template."
            : problem.Field == OfferFields.All ? "Its template is about offers: give the campaign offers, or take them out of the template."
            : problem.Field is { } field
                ? $"Write {{{{insert {field} \"default=...\"}}}} in the template, or give the contacts a value."
                : "Change the template.";
        return new Refusal(
            MostWouldFail,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{content.WouldFail} of {content.Examined} messages would fail. {problem.Messages}: {problem.Why}, as with contact {example.ContactId}. {help} ")
            + "launch?force=true launches it all the same.",
            RefusalKind.Invalid);
    }

    /// <summary>The zones of contacts in the audience in which nothing is sent then, and whoever is there gets nothing; the empty one stands for no zone.</summary>
    static async Task<string[]> ClosedZones(
        AudienceQuery whom, CampaignSettings settings, OrganisationSettings organisation, DateTimeOffset at, CancellationToken ct)
    {
        if ((settings.Window ?? organisation.Window) is not { Outside: OutsideHours.Drop } window)
        {
            return [];
        }

        var fallback = TimeZones.Zone(organisation.TimeZone) ?? TimeZoneInfo.Utc;
        var zones = await whom.Read(ReadZones, reader => reader.GetString(0), ct);
        return [.. zones.Where(zone => !window.IsOpen(TimeZones.Zone(zone) ?? fallback, at))];
    }

    async Task<(ContentCheck Content, IReadOnlyList<DomainShare> Domains)> CheckContent(
        AudienceQuery whom, string tenantId, CampaignSettings settings, Launchable launchable, OrganisationSettings organisation, CancellationToken ct)
    {
        var template = await templates.Of(tenantId, settings.TemplateId!.Value, launchable.TemplateVersion, ct);
        var book = await OfferBook.Read(store, tenantId, settings.Offers, launchable.FormulaVersion, ct);
        var link = links.For(tenantId, Guid.Empty);
        var problems = new Dictionary<(string Code, string What), (int Count, string? Field, List<ContactExample> Examples)>();
        var domains = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var (examined, wouldFail) = (0, 0);
        foreach (var channel in settings.Channels.Each())
        {
            var sample = await whom.Read(SampleAudience, Sampled.Read, ct, Name(channel), (long)Sample, book is not null);
            var quotes = book is null ? null : await book.Quote(store.Database, tenantId, [.. sample.Select(contact => contact.Example.ContactId)], ct);
            if (quotes is not null)
            {
                sample.RemoveAll(contact => !quotes.Contains(contact.Example.ContactId)); // they get nothing
            }

            // One message an address: by the first of those who have it for whom one can be written.
            foreach (var sharing in sample.GroupBy(contact => channel == Channel.Sms ? contact.Example.Phone : contact.Example.Email))
            {
                var written = sharing
                    .Select(contact => (Contact: contact, Found: Problems(Write(contact)).ToList()))
                    .ToList();
                var (contact, found) = written.Find(each => each.Found.Count == 0) is { Contact: not null } good ? good : written[0];
                Rendering Write(Sampled contact)
                {
                    var (fields, offered) = QuotedOffers.AddTo(Footer.Complete(contact.Fields, organisation, link), quotes?[contact.Example.ContactId].ToList());
                    return template.Render(fields, offered, channel, ct);
                }

                examined++;
                if (channel == Channel.Email && contact.Example.Email is { } email)
                {
                    var domain = email[(email.LastIndexOf('@') + 1)..];
                    domains[domain] = domains.GetValueOrDefault(domain) + 1;
                }

                wouldFail += found.Count > 0 ? 1 : 0;
                foreach (var (code, what, field) in found)
                {
                    var (count, _, examples) = problems.GetValueOrDefault((code, what), (0, field, []));
                    if (examples.Count < MostExamples)
                    {
                        examples.Add(contact.Example);
                    }

                    problems[(code, what)] = (count + 1, field, examples);
                }
            }
        }

        return (
            new ContentCheck(
                examined, wouldFail,
                [
                    .. from problem in problems
                       orderby problem.Value.Count descending, problem.Key.What
                       select new ContentProblem(problem.Key.Code, problem.Value.Field, problem.Key.What, problem.Value.Count, problem.Value.Examples),
                ]),
            [
                .. domains.OrderByDescending(domain => domain.Value).ThenBy(domain => domain.Key, StringComparer.Ordinal).Take(MostDomains)
                    .Select(domain => new DomainShare(domain.Key, (double)domain.Value / examined)),
            ]);
    }

    static IEnumerable<(string Code, string What, string? Field)> Problems(Rendering rendering) => rendering switch
    {
        MissingVariables missing => missing.Names.Select(name => (MissingVariables.Code, $"there is no {name}", (string?)name)),
        Unrenderable unrenderable => [(unrenderable.Code, unrenderable.Why.TrimEnd('.'), null)],
        _ => [],
    };

    static string Name(Channel channel) => channel == Channel.Sms ? "sms" : "email";

    static string Word(SkipReason reason) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(reason.ToString());

    sealed record Sampled(ContactExample Example, IReadOnlyDictionary<string, string?> Fields)
    {
        public static Sampled Read(NpgsqlDataReader reader)
        {
            var example = new ContactExample(reader.GetGuid(0), reader.TextOrNull(1), reader.TextOrNull(2));
            return new Sampled(
                example,
                Contact.MergeFields(
                    example.Email, example.Phone, reader.TextOrNull(3), reader.TextOrNull(4), reader.TextOrNull(5), reader.GetString(6)));
        }
    }
}
