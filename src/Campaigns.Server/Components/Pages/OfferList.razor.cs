using System.Globalization;
using Campaigns.Authoring.Formulas;
using Campaigns.Http;
using Campaigns.Planning;
using Campaigns.Storage;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class OfferList
{
    Campaign? campaign;
    FormulaDefinition? formula;
    OffersPreview? preview;
    string? whyNot;
    string? refusal;

    [Parameter]
    public Guid Id { get; set; }

    [SupplyParameterFromForm(Name = "out", FormName = "offers")]
    public string? Out { get; set; }

    [SupplyParameterFromForm(Name = "in", FormName = "offers")]
    public string? In { get; set; }

    [Inject]
    ApiRequest Request { get; set; } = null!;

    [Inject]
    OfferPreviews Previews { get; set; } = null!;

    [Inject]
    NavigationManager Navigation { get; set; } = null!;

    bool IsDraft => campaign is { Status: CampaignStatus.Draft };

    string Summary
    {
        get
        {
            var left = new[]
            {
                (preview!.LeftOutByFormula, "left out by the formula"), (preview.LeftOutByHand, "left out by hand"), (preview.Failed, "that cannot be worked out"),
            }.Where(each => each.Item1 > 0).Select(each => $"{Words.Count(each.Item1)} {each.Item2}").ToList();
            return $"{Words.Count(preview.Offered)} {(preview.Offered == 1 ? "offer" : "offers")} to {Words.Count(preview.Contacts)} {(preview.Contacts == 1 ? "contact" : "contacts")}"
                + (left.Count == 0 ? "" : $", without {SegmentWords.Enumerate(left, "and")}") + "."
                + (preview.WithoutOffer == 0 ? "" : $" {Words.Count(preview.WithoutOffer)} who can be reached {(preview.WithoutOffer == 1 ? "gets" : "get")} nothing, for want of an offer.");
        }
    }

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        var found = (await Request.Store.Load<Campaign>(TenantId, Id, ct)).State;
        if (CampaignRules.Exists(found) is not null)
        {
            Answer(StatusCodes.Status404NotFound);
            return;
        }

        campaign = found;
        var settings = campaign.Settings;
        var (version, unknown) = await OfferPreviews.FormulaVersion(Request.Store, TenantId, campaign, ct);
        whyNot = (OfferPreviews.WhyNot(campaign) ?? unknown)?.Explanation;
        if (whyNot is not null)
        {
            return;
        }

        formula = settings.Offers!.FormulaId is { } id ? (await Request.Store.Load<Formula>(TenantId, id, ct)).State.Definition : null;
        var whom = await AudienceQuery.Prepare(Request.Store, TenantId, settings.Whom!, campaign.ScheduledAt ?? Request.Now, ct);
        preview = (await Previews.Survey(TenantId, settings, version, whom, ct)).End();
    });

    async Task Submit()
    {
        if (!Guid.TryParse(Out ?? In, out var offer))
        {
            Refuse("That offer is not in this list any more. It says what is in it now.");
            return;
        }

        var decided = await Request.Decide<Campaign>(new LeaveOutOffers(Id, [offer], Out is not null), Http.RequestAborted);
        if (decided.Refusal is { } refused)
        {
            Refuse(refused.Explanation);
            return;
        }

        Navigation.NavigateTo($"{Http.Request.Path}#{offer}");
    }

    void Refuse(string why)
    {
        refusal = why;
        Answer(StatusCodes.Status409Conflict);
    }

    string Called(Guid offer) => preview!.ByHand.FirstOrDefault(each => each.OfferId == offer)?.Reference ?? "an offer that is gone, or whose contact cannot be reached";

    static string Share(ValueStep step) => step.Share.ToString("0.####", CultureInfo.InvariantCulture);

    static string Percent(ValueStep step) => step.Share.ToString(step.Share is > 0 and < 0.01 ? "0.0 %" : "0 %", CultureInfo.InvariantCulture);
}
