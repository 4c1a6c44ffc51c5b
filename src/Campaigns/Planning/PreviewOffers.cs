using System.Globalization;
using System.Text;
using Campaigns.Authoring.Formulas;
using Campaigns.Http;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

/// <summary>Looks at what a campaign offers before it is launched: all of it, as the launch would work it out.</summary>
public sealed class OfferPreviews(IDocumentStore store)
{
    static readonly string ReadAudienceOffers = Sql.Beside<OfferBook>(nameof(ReadAudienceOffers));

    /// <summary>Why there is nothing to look at; null where there is.</summary>
    public static Refusal? WhyNot(Campaign campaign) => CampaignRules.Exists(campaign)
        ?? (campaign.IsHydrated
            ? new Refusal("campaign-launched", "Its audience is fixed: what is offered to each recipient stands in their story and their events.")
            : campaign.Settings.Offers is null ? new Refusal("no-offers", "The campaign is about no offers: give it offers.", RefusalKind.Invalid)
            : campaign.Settings.Whom is null ? new Refusal("campaign-incomplete", $"The campaign still needs {CampaignRules.AudienceWords}.", RefusalKind.Invalid)
            : null);

    /// <summary>The version of the formula that a launch would hold on to, or does.</summary>
    public static async Task<(long? Version, Refusal? Refusal)> FormulaVersion(IDocumentStore store, string tenantId, Campaign campaign, CancellationToken ct)
    {
        if (campaign.Settings.Offers?.FormulaId is not { } id || campaign.IsLaunched)
        {
            return (campaign.FormulaVersion, null);
        }

        var formula = await store.Load<Formula>(tenantId, id, ct);
        return formula.Version == 0
            ? (null, new Refusal("formula-unknown", "Its formula does not exist.", RefusalKind.Invalid))
            : (formula.Version, null);
    }

    /// <param name="settings">They name an audience and are about offers.</param>
    public async Task<OfferSurvey> Survey(string tenantId, CampaignSettings settings, long? formulaVersion, AudienceQuery whom, CancellationToken ct)
    {
        var book = (await OfferBook.Read(store, tenantId, settings.Offers, formulaVersion, ct))!;
        var survey = new OfferSurvey(book.Names, settings.Channels);
        await Each(book, whom, (contact, email, sms, offer) =>
        {
            survey.Add(contact, email, sms, offer);
            return ValueTask.CompletedTask;
        }, ct);
        return survey;
    }

    /// <summary>All offers of those who can be reached, a line each, as a CSV file.</summary>
    public async Task WriteCsv(string tenantId, CampaignSettings settings, long? formulaVersion, AudienceQuery whom, Stream body, CancellationToken ct)
    {
        var book = (await OfferBook.Read(store, tenantId, settings.Offers, formulaVersion, ct))!;
        string[] names = [.. book.Names];
        await using var writer = new StreamWriter(body, new UTF8Encoding(true)); // the mark is what makes Excel read it as UTF-8
        await writer.WriteAsync($"contactId,email,phone,offerId,reference,outcome,why{string.Concat(names.Select(name => "," + CsvCell.Of(name)))}\r\n");
        await Each(book, whom, async (contact, email, sms, offer) =>
        {
            if (offer is var (given, worked) && ((email && settings.Channels.Include(Channel.Email)) || (sms && settings.Channels.Include(Channel.Sms))))
            {
                var values = names.Select(name => "," + CsvCell.Of(worked.Values.FirstOrDefault(value => value.Name == name)?.Text));
                await writer.WriteAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{contact},{CsvCell.Of(given.Contact.GetValueOrDefault("email"))},{CsvCell.Of(given.Contact.GetValueOrDefault("phone"))},{given.Id},{CsvCell.Of(given.Reference)},")
                    + $"{System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(worked.Outcome.ToString())},{CsvCell.Of(worked.Why)}{string.Concat(values)}\r\n");
            }
        }, ct);
    }

    static Task Each(
        OfferBook book, AudienceQuery whom, Func<Guid, bool, bool, (OfferToQuote Offer, WorkedOffer Worked)?, ValueTask> see, CancellationToken ct) => whom.Each(
        ReadAudienceOffers,
        reader =>
        {
            var offer = reader.IsDBNull(1) ? null : OfferToQuote.Read(reader);
            return see(reader.GetGuid(0), reader.GetBoolean(10), reader.GetBoolean(11), offer is null ? null : (offer, book.Work(offer)));
        },
        ct);
}

static class PreviewOffersEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/offers", Handle)
            .WithName("PreviewOffers")
            .WithSummary("What a campaign would offer if it were launched now: counts, smallest and largest values, distribution, outliers, failures; format=csv gives every offer")
            .WithMetadata(new OtherFormats(ListFormats.Csv))
            .Produces<OffersPreview>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(Guid id, OfferPreviews previews, ApiRequest request, CancellationToken ct, string? format = null)
    {
        var campaign = await request.Store.Load<Campaign>(request.TenantId, id, ct);
        if (OfferPreviews.WhyNot(campaign.State) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var settings = campaign.State.Settings;
        var (formula, unknown) = await OfferPreviews.FormulaVersion(request.Store, request.TenantId, campaign.State, ct);
        if (unknown is not null)
        {
            return unknown.ToProblem();
        }

        var whom = await AudienceQuery.Prepare(request.Store, request.TenantId, settings.Whom!, campaign.State.ScheduledAt ?? request.Now, ct);
        if (string.Equals(format, "csv", StringComparison.OrdinalIgnoreCase))
        {
            return TypedResults.Stream(body => previews.WriteCsv(request.TenantId, settings, formula, whom, body, ct), "text/csv; charset=utf-8", $"offers-{id}.csv");
        }

        return TypedResults.Ok((await previews.Survey(request.TenantId, settings, formula, whom, ct)).End());
    }
}
