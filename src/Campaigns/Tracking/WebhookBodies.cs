using System.Security.Cryptography;
using System.Text;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wolverine.Marten;
using Wolverine.Runtime;

namespace Campaigns.Tracking;

/// <summary>What providers post, as it comes: stored before it is answered, worked on afterwards.</summary>
public sealed class WebhookBodies(IDocumentStore store, IWolverineRuntime runtime, IOptions<TrackingOptions> options, WebhookMetrics metrics, ILogger<WebhookBodies> log)
{
    const int FirstRead = 4096;

    /// <summary>Up to so many bytes there is always room, which is what a connection takes anyway: Twilio, whose bodies are small, does not post again.</summary>
    const int AlwaysTaken = 16 * 1024;

    /// <summary>Hardly a body is larger. Those that are share half of the room, so that a few of them leave some to all others.</summary>
    const int Usual = 1024 * 1024;

    /// <summary>Longer than providers wait for the answer themselves.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static readonly string StoreBody = Sql.Beside<WebhookBodies>(nameof(StoreBody));
    static readonly string CountRepeat = Sql.Beside<WebhookBodies>(nameof(CountRepeat));

    long held;

    /// <summary>The bytes of all bodies in hand on this node, but for the small ones.</summary>
    public long Held => Volatile.Read(ref held);

    long RoomFor(long size) => size > Usual ? options.Value.WebhookMemory / 2 : options.Value.WebhookMemory;

    /// <returns>Null when it cannot be taken now, or does not come in time: then the answer is <see cref="Busy"/>.</returns>
    /// <exception cref="BadHttpRequestException">It is larger than <paramref name="largest"/> bytes.</exception>
    internal async Task<byte[]?> Read(HttpContext http, string provider, int largest, CancellationToken ct)
    {
        try
        {
            return await Read(http, largest, ct);
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            metrics.Count(provider, BodyResult.TooLarge);
            throw;
        }
    }

    async Task<byte[]?> Read(HttpContext http, int largest, CancellationToken ct)
    {
        var announced = http.Request.ContentLength;
        if (announced > largest)
        {
            throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = largest;
        }

        // Who finds no room is told before he sends. Room is taken by what has come, or a few who announce much and send nothing would keep
        // everybody else out.
        if (announced > AlwaysTaken && Held + announced > RoomFor(announced.Value))
        {
            return null;
        }

        var hold = new Hold(this);
        http.Response.RegisterForDispose(hold);
        using var patience = new CancellationTokenSource(Patience, store.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            var (body, length, most) = (Array.Empty<byte>(), 0, (int)(announced ?? largest + 1));
            while (length < most)
            {
                if (length == body.Length)
                {
                    var size = Math.Min(most, Math.Max(FirstRead, 2 * body.Length));
                    if (!hold.TryGrow(size))
                    {
                        return null;
                    }

                    Array.Resize(ref body, size);
                }

                var read = await http.Request.Body.ReadAsync(body.AsMemory(length), either.Token);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }

            return length == body.Length ? body : body[..length];
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    internal IResult Busy(HttpContext http, string provider)
    {
        metrics.Count(provider, BodyResult.Busy);
        http.Response.Headers.RetryAfter = "10";
        return Problems.Problem("busy", "The body cannot be taken in now: post it again.", StatusCodes.Status503ServiceUnavailable);
    }

    /// <param name="what">That is signed.</param>
    internal IResult Refuse(string provider, string what)
    {
        metrics.Count(provider, BodyResult.Refused);
        return Problems.Problem("signature-invalid", $"The signature does not fit the {what}.", StatusCodes.Status403Forbidden);
    }

    /// <param name="organisation">Whom the poster may speak for; <see cref="SharedBodies.Tenant"/>: for all who share its account.</param>
    /// <param name="target">To which of the provider's addresses it was posted, with the query; null where there is one only.</param>
    /// <param name="isLate">It was signed too long ago: kept, and not read before somebody says so.</param>
    /// <remarks>The same body again is counted and no more: what the first one said is on record, or under way.</remarks>
    internal async Task Store(HttpContext http, string organisation, string provider, string? target, byte[] body, bool isLate, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await using var session = store.LightweightSession(organisation);
        session.CorrelationId = http.TraceIdentifier;
        session.LastModifiedBy = provider;
        var received = store.Clock.Microseconds();
        var id = Guid.CreateVersion7(received);
        var hash = Hash(provider, target, body);
        session.Sql(StoreBody, id, organisation, provider, target, received, body, hash, isLate);
        if (isLate)
        {
            Log.LateWebhook(log, provider, id);
        }
        else
        {
            await new MartenOutbox(runtime, session) { TenantId = organisation }.PublishAsync(SharedBodies.Work(organisation, id));
        }

        try
        {
            // Not by the poster's token: a commit that is broken off may hold all the same, and nobody would read the body.
            await session.SaveChangesAsync(CancellationToken.None);
            metrics.Count(provider, isLate ? BodyResult.Late : BodyResult.Stored);
        }
        catch (Exception error) when (Races.SqlState(error) == PostgresErrorCodes.UniqueViolation)
        {
            metrics.Count(provider, BodyResult.Repeated);
            await store.Database.Query(CountRepeat, reader => reader.GetGuid(0), ct, organisation, hash);
        }
    }

    static Guid Hash(string provider, string? target, byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{provider}\n{target}\n"));
        hash.AppendData(body);
        return new Guid(hash.GetHashAndReset().AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>The room of one body, until its request is answered.</summary>
    sealed class Hold(WebhookBodies bodies) : IDisposable
    {
        int size;

        public bool TryGrow(int to)
        {
            if (to <= AlwaysTaken)
            {
                return true;
            }

            if (Interlocked.Add(ref bodies.held, to - size) > bodies.RoomFor(to))
            {
                Interlocked.Add(ref bodies.held, size - to);
                return false;
            }

            size = to;
            return true;
        }

        public void Dispose() => Interlocked.Add(ref bodies.held, -size);
    }
}
