using Campaigns.Audience;
using Campaigns.Audience.Offers;
using Campaigns.Authoring.Formulas;
using Campaigns.Authoring.Rendering;
using Campaigns.Http;
using Campaigns.Recipients;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Authoring;

/// <summary>Whose message to look at.</summary>
/// <param name="ContactId">A contact whose fields and offers are used.</param>
/// <param name="FormulaId">What is worked out for each offer.</param>
/// <param name="Fields">Values in place of, or beside, the contact's.</param>
public sealed record PreviewTemplate(Guid? ContactId = null, IReadOnlyDictionary<string, string?>? Fields = null, Guid? FormulaId = null);

/// <summary>Content that is not saved, and whose message to look at.</summary>
public sealed record PreviewContent(
    string Subject = "", string? Html = null, string? Text = null, Guid? ContactId = null, IReadOnlyDictionary<string, string?>? Fields = null,
    string? Sms = null, Guid? FormulaId = null);

/// <summary>A message as one contact gets it, over each channel that the content is for.</summary>
/// <param name="Text">The template's own, or what is left of the HTML without its tags; null where it has neither.</param>
/// <param name="SmsSegments">The parts in which the text message travels.</param>
/// <param name="Footer">What stands below the e-mail, unless its campaign is transactional; null where the content shows the link to unsubscribe itself.</param>
public sealed record Preview(
    string Subject,
    string? Html,
    string? Text,
    string? Sms,
    SmsSegments? SmsSegments,
    string? Footer);

public static class PreviewTemplateEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/templates/{id:guid}/preview", Saved).RequireScope(KeyScope.Read)
            .WithName("PreviewTemplate").WithSummary("What a contact would get")
            .Produces<Preview>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapPost("/templates/preview", Unsaved).RequireScope(KeyScope.Read)
            .WithName("PreviewContent").WithSummary("What a contact would get of content that is not saved")
            .Produces<Preview>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    static async Task<IResult> Saved(Guid id, PreviewTemplate preview, ApiRequest request, PublicUrl publicUrl, CancellationToken ct)
    {
        var template = await request.Store.Load<Template>(request.TenantId, id, ct);
        return template.State.Revision == 0
            ? Templates.NotFound.ToProblem()
            : await Render(template.State.Content, preview.ContactId, preview.Fields, preview.FormulaId, request, publicUrl, ct);
    }

    static async Task<IResult> Unsaved(PreviewContent preview, ApiRequest request, PublicUrl publicUrl, CancellationToken ct)
    {
        var content = new TemplateContent("preview", preview.Subject, preview.Html, preview.Text, preview.Sms);
        return TemplateContentRules.Check(content) is { } refusal
            ? refusal.ToProblem()
            : await Render(content, preview.ContactId, preview.Fields, preview.FormulaId, request, publicUrl, ct);
    }

    static async Task<(IReadOnlyList<QuotedOffer>? Offers, Refusal? Refusal)> Quote(
        Guid contactId, IReadOnlyDictionary<string, string?> contact, Guid? formulaId, ApiRequest request, CancellationToken ct)
    {
        var formula = CompiledFormula.None;
        if (formulaId is { } id)
        {
            var found = await request.Store.Load<Formula>(request.TenantId, id, ct);
            if (found.State.Revision == 0)
            {
                return (null, FormulaDirectory.NotFound);
            }

            formula = CompiledFormula.Create(found.State.Definition);
        }

        var quoted = new List<QuotedOffer>();
        foreach (var offer in await ContactOffers.Read(request.Store, request.TenantId, contactId, ct))
        {
            var (reckoned, fields) = formula.WorkOut(offer.Reference, offer.Fields, contact);
            if (reckoned is { Why: null, IsLeftOut: false }) // the others are not sent
            {
                quoted.Add(new QuotedOffer(offer.Id, offer.Reference, fields));
            }
        }

        return (quoted, null);
    }

    static async Task<IResult> Render(
        TemplateContent content, Guid? contactId, IReadOnlyDictionary<string, string?>? given, Guid? formulaId, ApiRequest request, PublicUrl publicUrl,
        CancellationToken ct)
    {
        if (!TemplateRenderer.TryCompile(content, out var template, out var refusal))
        {
            return refusal.ToProblem();
        }

        var organisation = (await request.Store.Load<Organisation>(request.TenantId, Organisation.StreamId(request.TenantId), ct)).State.Settings;
        var link = publicUrl.Of(Footer.ExamplePath) ?? new Uri($"https://example.com/{Footer.ExamplePath}");
        IReadOnlyList<QuotedOffer>? quoted = null;
        IReadOnlyDictionary<string, string?> own = new Dictionary<string, string?>();
        if (contactId is { } id)
        {
            if (await Contacts.Find(request.Store, request.TenantId, id, ct) is not { } contact)
            {
                return Problems.NotFound("contact");
            }

            own = contact.MergeFields();
            (quoted, var wrong) = await Quote(id, own, formulaId, request, ct);
            if (wrong is not null)
            {
                return wrong.ToProblem();
            }
        }

        var fields = Footer.Complete(own, organisation, link);
        foreach (var (name, value) in given ?? new Dictionary<string, string?>())
        {
            fields[name] = value;
        }

        var (all, offers) = QuotedOffers.AddTo(fields, quoted);
        var email = template.Render(all, offers, Channel.Email, ct);
        var sms = string.IsNullOrEmpty(content.Sms) ? null : template.Render(all, offers, Channel.Sms, ct);
        return (email is Rendered && sms is not null and not RenderedText ? sms : email) switch
        {
            Rendered rendered => TypedResults.Ok(
                new Preview(rendered.Subject, rendered.Html, rendered.Text, (sms as RenderedText)?.Body, (sms as RenderedText)?.Segments, FooterOf(rendered))),
            Unrenderable unrenderable => new Refusal("message-unrenderable", unrenderable.Why, RefusalKind.Invalid).ToProblem(),
            MissingVariables missing => Problems.Problem(
                "missing-variables", $"There is no value for {string.Join(", ", missing.Names)}.",
                StatusCodes.Status422UnprocessableEntity, ("variables", missing.Names)),
            var other => throw new InvalidOperationException($"A rendering is never a {other.GetType().Name}."),
        };

        string? FooterOf(Rendered message)
        {
            var footer = Footer.Create(organisation, link, MessageWords.Of(fields) ?? MessageWords.English);
            return footer.AddTo(message, link, template.HidesUnsubscribe) == message ? null : footer.Text;
        }
    }
}
