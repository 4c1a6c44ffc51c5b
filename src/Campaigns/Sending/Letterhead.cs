using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Tenancy;

namespace Campaigns.Sending;

/// <summary>What messages say of their sender beside what their template says: the way out, the postal address, the footer.</summary>
/// <param name="hasFooter">An e-mail that does not show the way out gets one.</param>
public sealed class Letterhead(string tenantId, OrganisationSettings organisation, UnsubscribeLinks links, bool hasFooter = true)
{
    readonly OrganisationSettings organisation = organisation with { Name = organisation.NameOr(tenantId) };

    /// <summary>Where the recipient unsubscribes; null where the server cannot make links.</summary>
    public Uri? Link(Guid recipient) => links.For(tenantId, recipient);

    /// <summary>The fields of a contact and those of the letterhead, which a template can name too.</summary>
    public IReadOnlyDictionary<string, string?> Complete(IReadOnlyDictionary<string, string?> fields, Uri? link) =>
        Footer.Complete(fields, organisation, link);

    /// <param name="fields">Of the contact: their language is that of the footer.</param>
    public Rendered AddFooter(Rendered message, CompiledTemplate template, IReadOnlyDictionary<string, string?> fields, Uri? link) =>
        hasFooter && link is not null
            ? Footer.Create(organisation, link, MessageWords.Of(fields) ?? MessageWords.English).AddTo(message, link, template.HidesUnsubscribe)
            : message;
}
