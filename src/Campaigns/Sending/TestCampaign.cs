using Campaigns.Audience;
using Campaigns.Audience.Offers;
using Campaigns.Authoring.Rendering;
using Campaigns.Authoring.Formulas;
using Campaigns.Authoring;
using Campaigns.Consent;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sending;

/// <summary>Takes the permits of a test before it goes out: a repeated request must not send it again.</summary>
/// <param name="Claim">Under which they are taken.</param>
public sealed record TestCampaign(Guid Claim, IReadOnlyDictionary<Limit, int> Uses);

public sealed record TestClaimed(Guid Claim);

public static class TestCampaignHandler
{
    public static TestClaimed Handle(TestCampaign command, IDocumentSession session, Caller caller, TimeProvider clock)
    {
        Permits.Take(session, command.Claim, null, command.Uses, clock.Microseconds());
        caller.Keep();
        return new TestClaimed(command.Claim);
    }
}

/// <summary>Sends a draft to an address or a telephone of one's choice. Nothing about the campaign changes.</summary>
public static class TestCampaignEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/test", Handle).WithName(nameof(TestCampaign)).WithSummary("Send a draft to yourself; changes nothing")
            .Produces<TestResult>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status502BadGateway);

    public static Refusal? MayTest(Campaign campaign, Channel channel = Channel.Email) => CampaignRules.IsDraft(campaign)
        ?? (campaign.Settings.TemplateId is null ? Needs(CampaignRules.TemplateWords)
            : channel == Channel.Email && !CampaignRules.NamesSender(campaign.Settings) ? Needs(CampaignRules.SenderWords)
            : null);

    static Refusal Needs(string what) => new("campaign-incomplete", $"The campaign still needs {what}.", RefusalKind.Invalid);

    static async Task<IResult> Handle(
        Guid id, TestInput input, ApiRequest request, Launching launching, SendingConditions conditions, SingleMessages messages,
        UnsubscribeLinks links, CancellationToken ct)
    {
        var (email, phone) = (EmailAddress.Normalise(input.To), PhoneNumber.Normalise(input.To));
        if ((email ?? phone) is not { } to)
        {
            return new Refusal(
                "address-invalid", "Give the e-mail address, or the telephone number with its country code, to send the test to.",
                RefusalKind.Invalid).ToProblem();
        }

        var campaign = await request.Store.Load<Campaign>(request.TenantId, id, ct);
        var channel = phone is null ? Channel.Email : Channel.Sms;
        if (MayTest(campaign.State, channel) is { } refusal)
        {
            return refusal.ToProblem();
        }

        if (input.DryRun && channel == Channel.Sms)
        {
            return new Refusal("dry-run-unavailable", "Only an e-mail can be checked without being sent.", RefusalKind.Invalid).ToProblem();
        }

        var settings = campaign.State.Settings;
        if (await launching.LookAtSenders(request.TenantId, settings, ct) is { } unfit)
        {
            return unfit.ToProblem();
        }

        if ((await SuppressAddressesEndpoints.List(request.Store, request.TenantId, to, new PageRequest(1, null), ct)).Items.Count > 0)
        {
            return new Refusal("address-suppressed", "This address is suppressed: nothing is sent there, not even a test.").ToProblem();
        }

        var template = await request.Store.Load<Template>(request.TenantId, settings.TemplateId!.Value, ct);
        if (template.State.Content.Lacks(channel) is { } lack)
        {
            return lack.ToProblem();
        }

        if (!TemplateRenderer.TryCompile(template.State.Content, out var compiled, out var invalid))
        {
            return invalid.ToProblem();
        }

        // Always the same one of several, while that one may send.
        var (_, limits, senders, letterhead) = await conditions.Read(request.TenantId, campaign, ct);
        var link = links.Example;
        var fields = new Dictionary<string, string?>(letterhead.Complete(new Dictionary<string, string?>(), link), StringComparer.Ordinal)
        {
            [phone is null ? "email" : "phone"] = to,
        };
        foreach (var (name, value) in input.Fields ?? [])
        {
            fields[name] = value;
        }

        if (settings.Offers is not null && input.Offers is not { Count: > 0 })
        {
            return new Refusal("offers-missing", "The campaign is about offers: give some in offers, each by its fields, as a contact would have them.", RefusalKind.Invalid).ToProblem();
        }

        var (offers, wrong) = await Quote(settings, input.Offers ?? [], fields, request, ct);
        if (wrong is not null)
        {
            return wrong.ToProblem();
        }

        var (all, offered) = QuotedOffers.AddTo(fields, settings.Offers is null ? null : offers);
        var rendering = compiled.Render(all, offered, channel, ct);
        if (rendering is Unrenderable unrenderable)
        {
            return new Refusal("message-unrenderable", unrenderable.Why, RefusalKind.Invalid).ToProblem();
        }

        if (rendering is MissingVariables missing)
        {
            return new Refusal(
                "missing-variables", $"The template needs values for: {string.Join(", ", missing.Names)}. Give them in fields.",
                RefusalKind.Invalid).ToProblem();
        }

        if (senders.For(id, channel) is not { } sender)
        {
            return new Refusal("sender-unavailable", "None of the campaign's senders may send now: resume one of them.").ToProblem();
        }

        var claim = Guid.CreateVersion7(request.Now);
        var messageId = $"test-{claim:N}";
        OutgoingMessage message = rendering switch
        {
            RenderedText text => new OutgoingText(messageId, request.TenantId, id.ToString("N"), sender.TextFrom, to, "[Test] " + text.Body),
            Rendered own when letterhead.AddFooter(own, compiled, fields, link) is var content => new OutgoingEmail(
                messageId, request.TenantId, id.ToString("N"), sender.Address!, to, null, "[Test] " + content.Subject, content.Html, content.Text)
            {
                DryRun = input.DryRun,
            },
            _ => throw new InvalidOperationException($"A rendering is never a {rendering.GetType().Name}."),
        };
        var counting = new QueuedRecipient(id)
        {
            Segments = message is OutgoingText { Body: var body } ? SmsSegments.Of(body).Count : 1,
            Limits = input.DryRun ? [] : limits.Test(sender, channel, request.Now),
        };
        var uses = new BatchPlan { Go = [counting] }.CountUses();

        try
        {
            await request.Send<TestClaimed>(new TestCampaign(claim, uses), ct);
        }
        catch (Exception error) when (Races.PermitsWereTaken(error))
        {
            return await messages.LimitReached(request, uses, ct);
        }

        var result = await messages.Send(message, channel, claim, ct);
        return result.Problem() ?? Results.Ok(new TestResult(to, ((SendResult.Accepted)result).ProviderMessageId));
    }

    static async Task<(IReadOnlyList<QuotedOffer> Offers, Refusal? Refusal)> Quote(
        CampaignSettings settings, IReadOnlyList<Dictionary<string, string?>> given, IReadOnlyDictionary<string, string?> contact, ApiRequest request, CancellationToken ct)
    {
        if (settings.Offers is not { } offers || given.Count > Offer.Most)
        {
            return ([], settings.Offers is null ? null : new Refusal("offers-too-many", $"A contact has at most {Offer.Most} offers.", RefusalKind.Invalid));
        }

        var formula = offers.FormulaId is { } id
            ? CompiledFormula.Create((await request.Store.Load<Formula>(request.TenantId, id, ct)).State.Definition)
            : CompiledFormula.None;
        var quoted = new List<QuotedOffer>();
        foreach (var fields in given)
        {
            var (offer, wrong) = new OfferInput(fields).Normalise();
            var worked = wrong is null
                ? formula.WorkOut(offer.Reference!, offer.Fields.ToDictionary(field => field.Key, field => field.Value!, StringComparer.Ordinal), contact)
                : null;
            if ((wrong ?? worked!.Reckoned.Why) is { } unusable)
            {
                return ([], new Refusal("offer-unusable", $"Offer {quoted.Count + 1}: {unusable}", RefusalKind.Invalid));
            }

            if (!worked!.Reckoned.IsLeftOut)
            {
                quoted.Add(new QuotedOffer(Guid.Empty, offer.Reference!, worked.Fields));
            }
        }

        return quoted.Count > 0 ? (quoted, null) : (quoted, new Refusal("offer-unusable", "The formula leaves all of these offers out.", RefusalKind.Invalid));
    }
}

/// <param name="Offers">The fields of each offer, as a contact would have them, where the campaign is about offers: its formula is worked out for them.</param>
/// <param name="Fields">Merge fields, as a contact would have them.</param>
/// <param name="DryRun">The provider checks the e-mail and sends nothing.</param>
public sealed record TestInput(string To, Dictionary<string, string?>? Fields = null, bool DryRun = false, IReadOnlyList<Dictionary<string, string?>>? Offers = null);

public sealed record TestResult(string To, string? ProviderMessageId);
