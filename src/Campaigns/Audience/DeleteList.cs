using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <summary>Removes a list that no campaign is about to go to; the contacts on it stay, and so do campaigns that went to it.</summary>
public sealed record DeleteList(Guid ListId);

public sealed record ListDeleted(Guid ListId);

public static class DeleteListHandler
{
    static readonly string DeleteListMembers = Sql.Beside<ContactList>(nameof(DeleteListMembers));
    static readonly string DeleteListItself = Sql.Beside<ContactList>("DeleteList");

    public static ListDeleted Handle(DeleteList command, IDocumentSession session, Caller caller, ExpectUnused expectUnused)
    {
        expectUnused(session, UsedThing.List, command.ListId, null);
        session.Sql(DeleteListMembers, session.TenantId, command.ListId);
        session.Sql(DeleteListItself, session.TenantId, command.ListId);
        caller.Keep();
        return new ListDeleted(command.ListId);
    }
}

static class DeleteListEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapDelete("/lists/{id:guid}", Handle)
        .WithName("DeleteList").WithSummary("Remove a list; its contacts stay")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict);

    static async Task<IResult> Handle(Guid id, ApiRequest request, FindUses findUses, CancellationToken ct)
    {
        if (await ContactLists.Find(request.Store, request.TenantId, id, ct) is null)
        {
            return Problems.NotFound("list");
        }

        if (InUse.Refuse("The list", await findUses(request.TenantId, UsedThing.List, id, null, ct)) is { } inUse)
        {
            return inUse;
        }

        await request.Send<ListDeleted>(new DeleteList(id), ct);
        return TypedResults.NoContent();
    }
}
