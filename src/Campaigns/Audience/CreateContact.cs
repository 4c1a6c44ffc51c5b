using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <summary>Adds one contact; many are imported.</summary>
public sealed record CreateContact(Guid ContactId, ContactInput Contact);

/// <param name="Refusal">Then nothing was changed.</param>
public sealed record ContactKept(Guid ContactId, Refusal? Refusal = null);

public static class CreateContactHandler
{
    static readonly string InsertContact = Sql.Beside<Contact>(nameof(InsertContact));

    public static ContactKept Handle(CreateContact command, IDocumentSession session, Caller caller, TimeProvider clock)
    {
        command.Contact.Store(session, InsertContact, command.ContactId, clock.Microseconds());
        caller.Keep();
        return new ContactKept(command.ContactId);
    }
}

/// <summary>Adds one contact; many are imported.</summary>
static class CreateContactEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/contacts", Handle)
        .WithName("CreateContact").WithSummary("Add a contact")
        .Produces<Contact>(StatusCodes.Status201Created)
        .ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status409Conflict);

    static async Task<IResult> Handle(ContactInput input, ApiRequest request, CancellationToken ct)
    {
        var (contact, errors) = input.Normalise();
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        if (await Contacts.FindSame(request.Store, request.TenantId, contact, ct) is { } taken)
        {
            return Contacts.Exists(taken);
        }

        var id = Guid.CreateVersion7(request.Now);
        await request.Send<ContactKept>(new CreateContact(id, contact), ct);
        var made = (await Contacts.Find(request.Store, request.TenantId, id, ct))!;
        request.SetETag(made.Version);
        return TypedResults.Created($"/api/v1/contacts/{id}", made);
    }
}
