using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <summary>Takes contacts off a list; they stay contacts, and recipients of campaigns that have gone to it.</summary>
public sealed record RemoveListMembers(Guid ListId, IReadOnlyList<Guid> ContactIds);

/// <param name="NotMembers">Ids that are no contact on the list.</param>
public sealed record ListMembersRemoved(int Removed, IReadOnlyList<Guid> NotMembers);

public static class RemoveListMembersHandler
{
    static readonly string FindMembers = Sql.Beside<AddListMembers>(nameof(FindMembers));
    static readonly string TakeOffList = Sql.Beside<RemoveListMembers>(nameof(TakeOffList));

    public static async Task<ListMembersRemoved> Handle(RemoveListMembers command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var wanted = command.ContactIds.Distinct().ToArray();
        var found = await session.DocumentStore.Database.Query(
            FindMembers, reader => (Id: reader.GetGuid(0), IsMember: reader.GetBoolean(1)), ct, session.TenantId, command.ListId, wanted);
        var members = found.Where(contact => contact.IsMember).Select(contact => contact.Id).ToArray();
        session.Sql(TakeOffList, session.TenantId, command.ListId, members);
        caller.Keep();
        return new ListMembersRemoved(members.Length, [.. wanted.Except(members)]);
    }
}

static class RemoveListMembersEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapDelete("/lists/{id:guid}/members/{contactId:guid}", One)
            .WithName("RemoveListMember").WithSummary("Take a contact off a list")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/lists/{id:guid}/members/remove", Several)
            .WithName("RemoveListMembers").WithSummary("Take several contacts off a list")
            .Produces<ListMembersRemoved>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    static async Task<IResult> One(Guid id, Guid contactId, ApiRequest request, CancellationToken ct) =>
        await ContactLists.Find(request.Store, request.TenantId, id, ct) is null
            ? Problems.NotFound("list")
            : await request.Send<ListMembersRemoved>(new RemoveListMembers(id, [contactId]), ct) is { Removed: 0 }
                ? Problems.NotFound("contact on this list")
                : TypedResults.NoContent();

    static async Task<IResult> Several(Guid id, ListMembersInput input, ApiRequest request, CancellationToken ct)
    {
        if (input.Refusal is { } unusable)
        {
            return unusable.ToProblem();
        }

        return await ContactLists.Find(request.Store, request.TenantId, id, ct) is null
            ? Problems.NotFound("list")
            : TypedResults.Ok(await request.Send<ListMembersRemoved>(new RemoveListMembers(id, input.ContactIds), ct));
    }
}
