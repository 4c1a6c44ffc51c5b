using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Wolverine;

namespace Campaigns.Tenancy;

/// <summary>Makes a key valid for the caller's organisation.</summary>
/// <param name="Hash">Of the key, which itself is never stored.</param>
public sealed record IssueApiKey(
    Guid KeyId,
    string Name,
    KeyScope Scope,
    DateTimeOffset? ExpiresAt,
    byte[] Hash);

public static class IssueApiKeyHandler
{
    const int LongestName = 200;

    /// <summary>As many as an organisation can have at a time: each is a secret that somebody looks after.</summary>
    const int MostKeys = 200;

    static readonly string InsertKey = Sql.Beside<ApiKeys>(nameof(InsertKey));

    public static async Task<(Decided<Organisation>, OutgoingMessages)> Handle(
        IssueApiKey command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var organisation = await session.Events.FetchForWriting<Organisation>(Organisation.StreamId(session.TenantId), ct);
        var now = clock.Microseconds();
        var decided = caller.Record(organisation, Decide(organisation.State(), command, now));
        if (decided.Decided.Refusal is null)
        {
            Insert(session, command, now);
        }

        return decided;
    }

    public static Outcome Decide(Organisation organisation, IssueApiKey command, DateTimeOffset now)
    {
        if (Error(command, now) is { } refusal)
        {
            return Outcome.Refuse(refusal);
        }

        return organisation.Keys.Count(key => key.ExpiresAt is null || key.ExpiresAt > now) >= MostKeys
            ? Outcome.Refuse(new Refusal("too-many-keys", $"An organisation has at most {MostKeys} keys at a time. Revoke some that nobody uses any more."))
            : Outcome.Record(new ApiKeyIssued(command.KeyId, command.Name, command.Scope, command.ExpiresAt));
    }

    internal static void Insert(IDocumentSession session, IssueApiKey key, DateTimeOffset now) =>
        session.Sql(InsertKey, key.KeyId, session.TenantId, key.Name, key.Hash, now, key.Scope.ToString(), key.ExpiresAt);

    static Refusal? Error(IssueApiKey command, DateTimeOffset now) => command switch
    {
        { Name: var name } when string.IsNullOrWhiteSpace(name) => new Refusal("name-missing", "Name who uses the key: the events of what it does say so.", RefusalKind.Invalid),
        { Name: var name } when name.Length > LongestName || name.Any(char.IsControl) =>
            new Refusal("name-invalid", $"A name is one line of at most {LongestName} characters.", RefusalKind.Invalid),
        { ExpiresAt: { } at } when at <= now => new Refusal("expiry-past", $"expiresAt is {at:u}, which is over: name a time to come, or leave it out.", RefusalKind.Invalid),
        _ => null,
    };
}

static class IssueApiKeyEndpoint
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/keys", Handle).RequireScope(KeyScope.Admin).WithName("IssueKey").WithSummary("Make a key; it is shown this once")
            .Produces<IssuedKey>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(KeyInput input, ApiRequest request, HttpContext http, CancellationToken ct)
    {
        var key = ApiKeys.NewKey();
        var command = new IssueApiKey(
            Guid.CreateVersion7(request.Now), input.Name?.Trim() ?? "", input.Scope ?? KeyScope.Send, input.ExpiresAt, ApiKeys.Hash(key));
        var decided = await request.Decide<Organisation>(command, ct);
        if (decided.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        http.Response.Headers[HeaderNames.CacheControl] = "no-store";
        return Results.Created($"/api/v1/keys/{command.KeyId}", new IssuedKey(command.KeyId, command.Name, command.Scope, command.ExpiresAt, key));
    }
}

/// <param name="Name">Who uses it.</param>
/// <param name="Scope">What it may do: read, send (the default) or admin.</param>
/// <param name="ExpiresAt">When it stops to work; without it, when it is revoked.</param>
public sealed record KeyInput(
    string Name,
    KeyScope? Scope = null,
    DateTimeOffset? ExpiresAt = null);

/// <param name="Key">The key itself. It is shown here only, and nobody can find it out later.</param>
public sealed record IssuedKey(
    Guid Id,
    string Name,
    KeyScope Scope,
    DateTimeOffset? ExpiresAt,
    string Key);
