using Marten;
using Campaigns.Storage;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>The <c>Idempotency-Key</c> of a request under way: goes on record in the commit of the command that the request sends.</summary>
sealed record IdempotentRequest(string Key, byte[] Fingerprint);

/// <summary>A request that was begun, and whose end is not known: its server died, or is still at it.</summary>
/// <param name="Location">Of what it began.</param>
sealed record UnfinishedRequest(string Location);

/// <summary>On an endpoint that goes on with what the same request began, instead of refusing it.</summary>
sealed class GoesOn;

/// <summary>
/// Makes a POST with an <c>Idempotency-Key</c> safe to repeat: the second one gets the first one's answer. The key commits
/// together with the effect, so there is no moment at which a crash leaves an effect without its key.
/// </summary>
public sealed class IdempotencyMiddleware(RequestDelegate next, IDocumentStore store)
{
    const string Header = "Idempotency-Key";
    const int LongestKey = 255;

    /// <summary>Bytes of a body that are kept in memory, until it is known whether they are to be used.</summary>
    const int KeptInMemory = 64 * 1024;

    static readonly string ReadKey = Sql.Beside<IdempotencyMiddleware>(nameof(ReadKey));
    static readonly string SaveAnswer = Sql.Beside<IdempotencyMiddleware>(nameof(SaveAnswer));

    public async Task InvokeAsync(HttpContext http)
    {
        var key = http.Request.Headers[Header].ToString();
        if (!HttpMethods.IsPost(http.Request.Method) || key.Length == 0 || http.User.Identity?.IsAuthenticated != true
            || !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }

        if (key.Length > LongestKey)
        {
            await Problems.Problem("invalid-idempotency-key", $"An {Header} has at most {LongestKey} characters.", StatusCodes.Status400BadRequest)
                .ExecuteAsync(http);
            return;
        }

        var fingerprint = await Fingerprint(http, http.RequestAborted);
        var earlier = await Read(http.User.TenantId(), key, http.RequestAborted);
        if (earlier is { Status: null, Location: { } begun } && Fits(earlier, fingerprint) && http.GetEndpoint()?.Metadata.GetMetadata<GoesOn>() is not null)
        {
            http.Features.Set(new UnfinishedRequest(begun));
        }
        else if (earlier is not null)
        {
            await Repeat(http, earlier, fingerprint);
            return;
        }
        else
        {
            http.Features.Set(new IdempotentRequest(key, fingerprint));
        }

        await AnswerAndKeep(http, key);
    }

    async Task AnswerAndKeep(HttpContext http, string key)
    {
        var original = http.Response.Body;
        using var copy = new MemoryStream();
        http.Response.Body = copy;
        try
        {
            await next(http);
        }
        finally
        {
            http.Response.Body = original;
        }

        // Where nothing was committed, a refusal for example, there is no key to keep it with, and asking again decides again.
        // Nor is an answer kept that holds a secret: whoever repeats the request is told that its answer is not known.
        if (http.Response.StatusCode < 500 && !http.Response.Headers.CacheControl.ToString().Contains("no-store", StringComparison.OrdinalIgnoreCase))
        {
            await using var command = store.Database.CreateCommand(SaveAnswer);
            command.Parameters.Add(new() { Value = http.User.TenantId() });
            command.Parameters.Add(new() { Value = key });
            command.Parameters.Add(new() { Value = http.Response.StatusCode });
            command.Parameters.Add(new() { Value = (object?)http.Response.ContentType ?? DBNull.Value });
            command.Parameters.Add(new() { Value = http.Response.Headers.Location.Count > 0 ? http.Response.Headers.Location.ToString() : DBNull.Value });
            command.Parameters.Add(new() { Value = copy.ToArray() });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        copy.Position = 0;
        await copy.CopyToAsync(original, http.RequestAborted);
    }

    static bool Fits(EarlierAnswer earlier, byte[] fingerprint) => CryptographicOperations.FixedTimeEquals(earlier.Fingerprint, fingerprint);

    static async Task Repeat(HttpContext http, EarlierAnswer earlier, byte[] fingerprint)
    {
        if (!Fits(earlier, fingerprint))
        {
            await Problems.Problem(
                "idempotency-key-reused", "This key came before with another request. Use a new key for a new request.",
                StatusCodes.Status422UnprocessableEntity).ExecuteAsync(http);
        }
        else if (earlier.Status is not { } status)
        {
            await Problems.Problem(
                "idempotent-request-unfinished", "The request with this key was carried out, but its answer is not known (yet). Read the resource to see.",
                StatusCodes.Status409Conflict).ExecuteAsync(http);
        }
        else
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = earlier.ContentType;
            http.Response.Headers["Idempotent-Replayed"] = "true";
            if (earlier.Location is not null)
            {
                http.Response.Headers.Location = earlier.Location;
            }

            await http.Response.Body.WriteAsync(earlier.Body, http.RequestAborted);
        }
    }

    async Task<EarlierAnswer?> Read(string tenantId, string key, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand(ReadKey);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new EarlierAnswer(
                reader.GetFieldValue<byte[]>(0),
                reader.ValueOrNull<int>(1), reader.TextOrNull(2), reader.TextOrNull(3),
                reader.IsDBNull(4) ? [] : reader.GetFieldValue<byte[]>(4))
            : null;
    }

    /// <summary>Reads the body to its end, and lets whoever is next begin anew. A long one is kept in a file that nobody else can open, nor find after a kill.</summary>
    static async Task<byte[]> Fingerprint(HttpContext http, CancellationToken ct)
    {
        var request = http.Request;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        Stream kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, ct)) > 0;)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            if (kept is MemoryStream memory && memory.Length + read > KeptInMemory)
            {
                kept = NamelessFile.Create();
                http.Response.RegisterForDispose(kept);
                memory.WriteTo(kept);
            }

            await kept.WriteAsync(buffer.AsMemory(0, read), ct);
        }

        kept.Position = 0;
        request.Body = kept;
        return hash.GetHashAndReset();
    }

    sealed record EarlierAnswer(byte[] Fingerprint, int? Status, string? ContentType, string? Location, byte[] Body);
}
