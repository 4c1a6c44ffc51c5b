using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <param name="ContactIds">At most 10,000; ids that are no contact of the organisation are named in the answer.</param>
public sealed record AddListMembers(IReadOnlyList<Guid> ContactIds);

/// <param name="Unknown">Ids that are no contact.</param>
public sealed record ListMembersAdded(int Added, int AlreadyMembers, IReadOnlyList<Guid> Unknown);

public static class AddListMembersEndpoint
{
    const int Most = 10_000;

    static readonly string FindMembers = Sql.Beside<AddListMembers>(nameof(FindMembers));
    static readonly string InsertListMembers = Sql.Beside<AddListMembers>(nameof(InsertListMembers));

    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/lists/{id:guid}/members", Handle)
        .WithName("AddListMembers").WithSummary("Put contacts on a list")
        .Produces<ListMembersAdded>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(Guid id, AddListMembers command, ApiRequest request, CancellationToken ct)
    {
        if (command.ContactIds is not { Count: > 0 and <= Most })
        {
            return new Refusal("contact-ids-unusable", $"contactIds holds 1 to {Most} ids; a file to import can hold more.", RefusalKind.Invalid).ToProblem();
        }

        if (await ContactLists.Find(request.Store, request.TenantId, id, ct) is null)
        {
            return Problems.NotFound("list");
        }

        var wanted = command.ContactIds.Distinct().ToArray();
        var found = await request.Store.Database.Query(
            FindMembers, reader => (Id: reader.GetGuid(0), IsMember: reader.GetBoolean(1)), ct, request.TenantId, id, wanted);
        var toAdd = found.Where(contact => !contact.IsMember).Select(contact => contact.Id).ToArray();

        var session = request.OpenSession();
        session.Sql.Add(InsertListMembers, request.TenantId, id, toAdd);
        await session.Commit(ct);
        return TypedResults.Ok(new ListMembersAdded(toAdd.Length, found.Count - toAdd.Length, [.. wanted.Except(found.Select(contact => contact.Id))]));
    }
}
