using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <summary>Adds one contact; many are imported.</summary>
public static class CreateContactEndpoint
{
    static readonly string InsertContact = Sql.Beside<Contact>(nameof(InsertContact));

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

        if (await Contacts.FindByEmail(request.Store, request.TenantId, contact.Email, ct) is { } taken)
        {
            return Contacts.Exists(taken);
        }

        var session = request.OpenSession();
        var id = Guid.CreateVersion7(session.Now);
        session.Sql.Add(
            InsertContact, request.TenantId, id, contact.Email, contact.Phone, contact.FirstName, contact.LastName, contact.TimeZone,
            contact.AttributesParameter(), session.Now);
        await session.Commit(ct);
        return TypedResults.Created($"/api/v1/contacts/{id}", await Contacts.Find(request.Store, request.TenantId, id, ct));
    }
}
