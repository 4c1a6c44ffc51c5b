using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <param name="Name">Unique among the lists of the organisation, in any letter case.</param>
public sealed record CreateList(string Name);

public static class CreateListEndpoint
{
    static readonly string InsertList = Sql.Beside<CreateList>(nameof(InsertList));

    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/lists", Handle)
        .WithName("CreateList").WithSummary("Make an empty list of contacts")
        .Produces<ContactList>(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(CreateList command, ApiRequest request, CancellationToken ct)
    {
        if (ContactLists.CheckName(command.Name) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var name = command.Name.Trim();
        if (await ContactLists.FindByName(request.Store, request.TenantId, name, ct) is { } taken)
        {
            return Problems.Problem("list-exists", $"There is a list '{name}'.", StatusCodes.Status409Conflict, ("listId", taken));
        }

        var session = request.OpenSession();
        var list = new ContactList(Guid.CreateVersion7(session.Now), name, session.Now, 0);
        session.Sql.Add(InsertList, request.TenantId, list.Id, list.Name, list.CreatedAt);
        await session.Commit(ct);
        return TypedResults.Created($"/api/v1/lists/{list.Id}", list);
    }
}
