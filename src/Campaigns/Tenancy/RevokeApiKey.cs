using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Tenancy;

/// <summary>Ends a key, and with it the sessions and streams that it opened.</summary>
public sealed record RevokeApiKey(Guid KeyId);

public static class RevokeApiKeyHandler
{
    static readonly string RevokeKey = Sql.Beside<ApiKeys>(nameof(RevokeKey));

    public static async Task<(Decided<Organisation>, OutgoingMessages)> Handle(
        RevokeApiKey command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var organisation = await session.Events.FetchForWriting<Organisation>(Organisation.StreamId(session.TenantId), ct);
        var decided = caller.Record(organisation, Decide(organisation.State(), command));
        if (decided.Decided.Refusal is null)
        {
            End(session, command.KeyId, clock.Microseconds());
        }

        return decided;
    }

    internal static void End(IDocumentSession session, Guid keyId, DateTimeOffset now) => session.Sql(RevokeKey, session.TenantId, keyId, now);

    public static Outcome Decide(Organisation organisation, RevokeApiKey command) =>
        organisation.Keys.Any(key => key.Id == command.KeyId) ? Outcome.Record(new ApiKeyRevoked(command.KeyId))
        : organisation.RevokedKeys.Contains(command.KeyId) ? Outcome.Nothing
        : Outcome.Refuse(new Refusal("not-found", "There is no such key.", RefusalKind.NotFound));
}

static class RevokeApiKeyEndpoint
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/keys/{id:guid}", async (Guid id, ApiRequest request, CancellationToken ct) =>
                (await request.Decide<Organisation>(new RevokeApiKey(id), ct)).Refusal?.ToProblem() ?? Results.NoContent())
            .RequireScope(KeyScope.Admin).WithName("RevokeKey").WithSummary("End a key at once, and the sessions and streams that it opened")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);
}
