using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <summary>Replaces everything that is known about a contact by what is given.</summary>
public static class ChangeContactEndpoint
{
    static readonly string ReplaceContact = Sql.Beside<Contact>(nameof(ReplaceContact));

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

        if (await Contacts.FindByEmail(request.Store, request.TenantId, contact.Email, ct) is { } taken && taken.Id != id)
        {
            return Contacts.Exists(taken);
        }

        var session = request.OpenSession();
        session.Sql.Add(
            ReplaceContact, request.TenantId, id, contact.Email, contact.Phone, contact.FirstName, contact.LastName, contact.TimeZone,
            contact.AttributesParameter(), session.Now);
        await session.Commit(ct);
        return TypedResults.Ok(await Contacts.Find(request.Store, request.TenantId, id, ct));
    }
}
