using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <param name="Name">Unique among the lists of the organisation, in any letter case.</param>
public sealed record ListInput(string Name);

/// <summary>Makes an empty list of contacts.</summary>
public sealed record CreateList(Guid ListId, string Name);

public static class CreateListHandler
{
    static readonly string InsertList = Sql.Beside<CreateList>(nameof(InsertList));

    public static ContactList Handle(CreateList command, IDocumentSession session, Caller caller, TimeProvider clock)
    {
        var list = new ContactList(command.ListId, command.Name, clock.Microseconds(), 0);
        session.Sql(InsertList, session.TenantId, list.Id, list.Name, list.CreatedAt);
        caller.Keep();
        return list;
    }
}

static class CreateListEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/lists", Handle)
        .WithName("CreateList").WithSummary("Make an empty list of contacts")
        .Produces<ContactList>(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(ListInput input, ApiRequest request, CancellationToken ct)
    {
        if (ContactLists.CheckName(input.Name) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var name = input.Name.Trim();
        if (await ContactLists.FindByName(request.Store, request.TenantId, name, ct) is { } taken)
        {
            return Problems.Problem("list-exists", $"There is a list '{name}'.", StatusCodes.Status409Conflict, ("listId", taken));
        }

        var list = await request.Send<ContactList>(new CreateList(Guid.CreateVersion7(request.Now), name), ct);
        return TypedResults.Created($"/api/v1/lists/{list.Id}", list);
    }
}
