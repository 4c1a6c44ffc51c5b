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
    static readonly string ReplaceContact = Sql.Beside<Contact>(nameof(ReplaceContact));

    public static ContactKept Handle(ChangeContact command, IDocumentSession session, Caller caller, TimeProvider clock)
    {
        command.Contact.Store(session, ReplaceContact, command.ContactId, clock.Microseconds());
        caller.Keep();
        return new ContactKept(command.ContactId);
    }
}

/// <summary>Replaces everything that is known about a contact by what is given.</summary>
static class ChangeContactEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPut("/contacts/{id:guid}", Handle)
        .WithName("ChangeContact").WithSummary("Replace the fields of a contact")
        .Produces<Contact>()
        .ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict);

    static async Task<IResult> Handle(Guid id, ContactInput input, ApiRequest request, CancellationToken ct)
    {
        if (await Contacts.Find(request.Store, request.TenantId, id, ct) is null)
        {
            return Problems.NotFound("contact");
        }

        var (contact, errors) = input.Normalise();
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        if (await Contacts.FindSame(request.Store, request.TenantId, contact, ct) is { } taken && taken.Id != id)
        {
            return Contacts.Exists(taken);
        }

        await request.Send<ContactKept>(new ChangeContact(id, contact), ct);
        return TypedResults.Ok(await Contacts.Find(request.Store, request.TenantId, id, ct));
    }
}
