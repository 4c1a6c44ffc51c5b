using Campaigns.Audience.Import;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <summary>Replaces everything that is known about a contact by what is given.</summary>
public sealed record ChangeContact(Guid ContactId, ContactInput Contact);

public static class ChangeContactHandler
{
    static readonly string HoldContact = Sql.Beside<Contact>(nameof(HoldContact));
    static readonly string ReplaceContact = Sql.Beside<Contact>(nameof(ReplaceContact));

    public static async Task<ContactKept> Handle(ChangeContact command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await Contacts.Find(session.DocumentStore, session.TenantId, command.ContactId, ct) is not { } contact)
        {
            return new ContactKept(command.ContactId, Contacts.NotFound);
        }

        if (caller.IsOutdated(contact.Version) is { } outdated)
        {
            return new ContactKept(command.ContactId, outdated);
        }

        session.Expect<Contact>(contact.Id, HoldContact, session.TenantId, contact.Id, contact.UpdatedAt);
        var now = clock.Microseconds();
        command.Contact.Store(
            session, ReplaceContact, command.ContactId, now > contact.UpdatedAt ? now : contact.UpdatedAt.AddMicroseconds(1)); // each change has a version
        caller.Keep();
        return new ContactKept(command.ContactId);
    }
}

/// <summary>Replaces what is known about a contact, all of it or what is named.</summary>
static class ChangeContactEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        Describe(api.MapPut("/contacts/{id:guid}", Change)).WithName("ChangeContact").WithSummary("Replace the fields of a contact");
        Describe(api.MapPatch("/contacts/{id:guid}", ChangeInPart)).WithName("ChangeContactInPart")
            .WithSummary("Change what is named of a contact (RFC 7396): null removes, what is not named stays");
    }

    static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint
        .Produces<Contact>()
        .ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);

    static async Task<IResult> ChangeInPart(Guid id, MergePatch<ContactInput> patch, ApiRequest request, CancellationToken ct)
    {
        patch.Rename("attributes", ContactColumns.AttributeName);
        return await request.ChangeInPart(
            async () =>
            {
                var contact = await Contacts.Find(request.Store, request.TenantId, id, ct);
                return (contact, contact?.Version ?? 0);
            },
            async contact => contact is null ? Contacts.NotFound.ToProblem() : await Change(id, patch.Apply(ContactInput.Read(contact)), request, ct));
    }

    static async Task<IResult> Change(Guid id, ContactInput input, ApiRequest request, CancellationToken ct)
    {
        var (contact, errors) = input.Normalise();
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        if (await Contacts.FindSame(request.Store, request.TenantId, contact, ct) is { } taken && taken.Id != id)
        {
            return Contacts.Exists(taken);
        }

        var kept = await request.Send<ContactKept>(new ChangeContact(id, contact), ct);
        return kept.Refusal?.ToProblem() ?? Contacts.Answer(request, await Contacts.Find(request.Store, request.TenantId, id, ct));
    }
}
