using System.Buffers.Text;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Tenancy;

/// <summary>Keys that open the API for one organisation. Only their hashes are kept.</summary>
public sealed class ApiKeys(IDocumentStore store, WrongKeys wrong)
{
    const string Prefix = "cmp_";

    /// <summary>So exact is the last use that is shown: a busy key is not written at each request.</summary>
    static readonly TimeSpan UseNoted = TimeSpan.FromMinutes(1);

    static readonly string FindKey = Sql.Beside<ApiKeys>(nameof(FindKey));
    static readonly string NoteUse = Sql.Beside<ApiKeys>(nameof(NoteUse));
    static readonly string ListKeys = Sql.Beside<ApiKeys>(nameof(ListKeys));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/keys", async ([AsParameters] PageRequest page, ApiRequest request, ApiKeys keys, CancellationToken ct) =>
                TypedResults.Ok(await keys.List(request.TenantId, page, ct)))
            .RequireScope(KeyScope.Admin).WithName("ListKeys").WithSummary("The keys of your organisation, the revoked ones too, the oldest first")
            .Produces<Page<KeyView>>().ProducesProblem(StatusCodes.Status403Forbidden);

    public static string NewKey() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    // A key is 256 random bits: one round of SHA-256 is as hard to reverse as many.
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>A new key for an organisation; shown once, kept as a hash.</summary>
    public async Task<string> Issue(string tenantId, string name, KeyScope scope, DateTimeOffset? expiresAt, CancellationToken ct)
    {
        var key = NewKey();
        await Add(tenantId, name, key, scope, expiresAt, ct);
        return key;
    }

    /// <summary>
    /// Issues a given key, without Wolverine: for the command line, and before a server has started. One that was issued before stays as it is:
    /// revoked where it was revoked.
    /// </summary>
    /// <exception cref="ArgumentException">It cannot be issued so: the message says why.</exception>
    public async Task Add(string tenantId, string name, string key, KeyScope scope, DateTimeOffset? expiresAt, CancellationToken ct)
    {
        var hash = Hash(key);
        if (await store.Database.Query("select id from api_keys where hash = $1", row => row.GetGuid(0), ct, hash) is not [])
        {
            return;
        }

        var now = store.Clock.Microseconds();
        var command = new IssueApiKey(Guid.CreateVersion7(now), name.Trim(), scope, expiresAt, hash);
        await using var session = store.LightweightSession(tenantId);
        var organisation = await session.Events.FetchForWriting<Organisation>(Organisation.StreamId(tenantId), ct);
        var (decided, _) = organisation.Record(IssueApiKeyHandler.Decide(organisation.State(), command, now));
        if (decided.Refusal is { } refusal)
        {
            throw new ArgumentException(refusal.Explanation);
        }

        IssueApiKeyHandler.Insert(session, command, now);
        try
        {
            await session.SaveChangesAsync(ct);
        }
        catch (Exception error) when (Races.Lost(error))
        {
            await Add(tenantId, name, key, scope, expiresAt, ct); // somebody changed the organisation at the same moment
        }
    }

    /// <summary>Ends a key, without Wolverine: for the command line.</summary>
    /// <returns>Why it cannot be; null once it is ended.</returns>
    public async Task<Refusal?> Revoke(string tenantId, Guid keyId, CancellationToken ct)
    {
        await using var session = store.LightweightSession(tenantId);
        var organisation = await session.Events.FetchForWriting<Organisation>(Organisation.StreamId(tenantId), ct);
        var (decided, _) = organisation.Record(RevokeApiKeyHandler.Decide(organisation.State(), new RevokeApiKey(keyId)));
        if (decided.Refusal is null)
        {
            RevokeApiKeyHandler.End(session, keyId, store.Clock.Microseconds());
            await session.SaveChangesAsync(ct);
        }

        return decided.Refusal;
    }

    public async Task<Page<KeyView>> List(string tenantId, PageRequest page, CancellationToken ct)
    {
        var rows = await store.Database.Query(
            ListKeys,
            reader => new KeyView(
                reader.GetGuid(0), reader.GetString(1), Enum.Parse<KeyScope>(reader.GetString(2)), reader.GetFieldValue<DateTimeOffset>(3),
                reader.ValueOrNull<DateTimeOffset>(4), reader.ValueOrNull<DateTimeOffset>(5), reader.ValueOrNull<DateTimeOffset>(6)),
            ct, tenantId, page.AfterId ?? Guid.Empty, page.Size + 1);
        return Page.Of(rows, page.Size, row => row.Id.ToString());
    }

    /// <summary>Looks at a key that came with a request.</summary>
    /// <param name="from">Whose wrong keys are counted.</param>
    public async Task<KeyLook> Look(string key, IPAddress? from, CancellationToken ct)
    {
        var hash = Hash(key);
        var fingerprint = Convert.ToBase64String(hash);
        if (wrong.BlockedFor(from, fingerprint) is { } wait)
        {
            return new KeyLook(null, wait);
        }

        var owner = await Find(hash, ct);
        wrong.Note(from, fingerprint, owner is not null);
        return new KeyLook(owner, null);
    }

    /// <summary>Whether the key with which somebody signed in, or opened a stream, still opens the API.</summary>
    public async Task<bool> StillOpens(ClaimsPrincipal user, CancellationToken ct) =>
        user.FindFirstValue(TenantClaims.KeyClaim) is not { } fingerprint || await Find(Convert.FromBase64String(fingerprint), ct) is not null;

    async Task<ApiKeyOwner?> Find(byte[] hash, CancellationToken ct)
    {
        var now = store.Clock.Microseconds();
        var rows = await store.Database.Query(
            FindKey,
            reader => (Owner: new ApiKeyOwner(reader.GetString(0), reader.GetString(1), Enum.Parse<KeyScope>(reader.GetString(2)), Convert.ToBase64String(hash)),
                UsedAt: reader.ValueOrNull<DateTimeOffset>(3)),
            ct, hash, now);
        if (rows is not [var (owner, usedAt)])
        {
            return null;
        }

        if (usedAt is null || usedAt < now - UseNoted)
        {
            await store.Database.Query(NoteUse, _ => true, ct, hash, now);
        }

        return owner;
    }
}

/// <param name="Owner">Null for a key that is unknown, revoked or over, and for one that was not looked at.</param>
/// <param name="BlockedFor">The address has sent too many wrong keys: for so long no other is looked at. Null where it was looked at.</param>
public sealed record KeyLook(
    ApiKeyOwner? Owner,
    TimeSpan? BlockedFor)
{
    /// <summary>For people, and for the problem document.</summary>
    public const string TooMany = "Too many wrong keys have come from your address.";
}

/// <param name="Fingerprint">What tells the key from others without being one; null for nobody's key.</param>
public sealed record ApiKeyOwner(
    string TenantId,
    string Name,
    KeyScope Scope = KeyScope.Admin,
    string? Fingerprint = null);

/// <summary>A key as those see it who look after keys.</summary>
/// <param name="Name">Who uses it.</param>
/// <param name="LastUsedAt">To a minute; null when it never was.</param>
/// <param name="RevokedAt">Null while it was not.</param>
public sealed record KeyView(
    Guid Id,
    string Name,
    KeyScope Scope,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt);
