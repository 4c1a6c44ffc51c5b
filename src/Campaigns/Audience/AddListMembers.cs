using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <param name="ContactIds">At most 10,000; ids that are no contact of the organisation are named in the answer.</param>
public sealed record ListMembersInput(IReadOnlyList<Guid> ContactIds)
{
    const int Most = 10_000;

    /// <summary>None, or too many; null where nothing is wrong.</summary>
    internal Refusal? Refusal => ContactIds is { Count: > 0 and <= Most }
        ? null
        : new Refusal("contact-ids-unusable", $"contactIds holds 1 to {Most} ids; a file to import can hold more.", RefusalKind.Invalid);
}

/// <summary>Puts contacts on a list.</summary>
public sealed record AddListMembers(Guid ListId, IReadOnlyList<Guid> ContactIds);

/// <param name="Unknown">Ids that are no contact.</param>
public sealed record ListMembersAdded(int Added, int AlreadyMembers, IReadOnlyList<Guid> Unknown);

public static class AddListMembersHandler
{
    static readonly string FindMembers = Sql.Beside<AddListMembers>(nameof(FindMembers));
    static readonly string InsertListMembers = Sql.Beside<AddListMembers>(nameof(InsertListMembers));

    public static async Task<ListMembersAdded> Handle(AddListMembers command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var wanted = command.ContactIds.Distinct().ToArray();
        var found = await session.DocumentStore.Database.Query(
            FindMembers, reader => (Id: reader.GetGuid(0), IsMember: reader.GetBoolean(1)), ct, session.TenantId, command.ListId, wanted);
        var toAdd = found.Where(contact => !contact.IsMember).Select(contact => contact.Id).ToArray();
        session.Sql(InsertListMembers, session.TenantId, command.ListId, toAdd);
        caller.Keep();
        return new ListMembersAdded(toAdd.Length, found.Count - toAdd.Length, [.. wanted.Except(found.Select(contact => contact.Id))]);
    }
}

static class AddListMembersEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/lists/{id:guid}/members", Handle)
        .WithName("AddListMembers").WithSummary("Put contacts on a list")
        .Produces<ListMembersAdded>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(Guid id, ListMembersInput input, ApiRequest request, CancellationToken ct)
    {
        if (input.Refusal is { } unusable)
        {
            return unusable.ToProblem();
        }

        return await ContactLists.Find(request.Store, request.TenantId, id, ct) is null
            ? Problems.NotFound("list")
            : TypedResults.Ok(await request.Send<ListMembersAdded>(new AddListMembers(id, input.ContactIds), ct));
    }
}
