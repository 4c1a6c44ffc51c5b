using Campaigns.Engine;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <summary>Removes a list; the contacts on it stay, and so do campaigns that went to it.</summary>
public static class DeleteListEndpoint
{
    static readonly string DeleteListMembers = Sql.Beside<ContactList>(nameof(DeleteListMembers));
    static readonly string DeleteList = Sql.Beside<ContactList>(nameof(DeleteList));

    public static void Map(IEndpointRouteBuilder api) => api
        .MapDelete("/lists/{id:guid}", Handle)
        .WithName("DeleteList").WithSummary("Remove a list; its contacts stay")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesProblem(StatusCodes.Status404NotFound);

    static async Task<IResult> Handle(Guid id, ApiRequest request, CancellationToken ct)
    {
        if (await ContactLists.Find(request.Store, request.TenantId, id, ct) is null)
        {
            return Problems.NotFound("list");
        }

        var session = request.OpenSession();
        session.Sql.Add(DeleteListMembers, request.TenantId, id);
        session.Sql.Add(DeleteList, request.TenantId, id);
        await session.Commit(ct);
        return TypedResults.NoContent();
    }
}
