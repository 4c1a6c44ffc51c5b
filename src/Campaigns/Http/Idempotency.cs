using Marten;
using Campaigns.Storage;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>The <c>Idempotency-Key</c> of a request under way: goes on record in the commit of the command that the request sends.</summary>
sealed record IdempotentRequest(string Key, byte[] Fingerprint);

/// <summary>
/// Makes a POST with an <c>Idempotency-Key</c> safe to repeat: the second one gets the first one's answer. The key commits
/// together with the effect, so there is no moment at which a crash leaves an effect without its key.
/// </summary>
public sealed class IdempotencyMiddleware(RequestDelegate next, IDocumentStore store)
{
    const string Header = "Idempotency-Key";
    const int LongestKey = 255;

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

        var fingerprint = await Fingerprint(http.Request, http.RequestAborted);
        var earlier = await Read(http.User.TenantId(), key, http.RequestAborted);
        if (earlier is not null)
        {
            await Repeat(http, earlier, fingerprint);
            return;
        }

        var request = new IdempotentRequest(key, fingerprint);
        http.Features.Set(request);
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

    static async Task Repeat(HttpContext http, EarlierAnswer earlier, byte[] fingerprint)
    {
        if (!CryptographicOperations.FixedTimeEquals(earlier.Fingerprint, fingerprint))
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

    static async Task<byte[]> Fingerprint(HttpRequest request, CancellationToken ct)
    {
        request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, ct)) > 0;)
        {
            hash.AppendData(buffer.AsSpan(0, read));
        }

        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    sealed record EarlierAnswer(byte[] Fingerprint, int? Status, string? ContentType, string? Location, byte[] Body);
}
