using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Wolverine.Marten;
using Wolverine.Runtime;

namespace Campaigns.Tracking;

/// <summary>What providers post, as it comes: stored before it is answered, worked on afterwards.</summary>
public sealed class WebhookBodies(IDocumentStore store, IWolverineRuntime runtime, IOptions<TrackingOptions> options)
{
    const int FirstRead = 4096;

    /// <summary>Up to so many bytes there is always room, which is what a connection takes anyway: Twilio, whose bodies are small, does not post again.</summary>
    const int AlwaysTaken = 16 * 1024;

    /// <summary>Hardly a body is larger. Those that are share half of the room, so that a few of them leave some to all others.</summary>
    const int Usual = 1024 * 1024;

    /// <summary>Longer than providers wait for the answer themselves.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static readonly string StoreBody = Sql.Beside<WebhookBodies>(nameof(StoreBody));

    long held;

    /// <summary>The bytes of all bodies in hand on this node, but for the small ones.</summary>
    public long Held => Volatile.Read(ref held);

    long RoomFor(long size) => size > Usual ? options.Value.WebhookMemory / 2 : options.Value.WebhookMemory;

    /// <returns>Null when it cannot be taken now, or does not come in time: then the answer is <see cref="Busy"/>.</returns>
    /// <exception cref="BadHttpRequestException">It is larger than <paramref name="largest"/> bytes.</exception>
    internal async Task<byte[]?> Read(HttpContext http, int largest, CancellationToken ct)
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

    internal static IResult Busy(HttpContext http)
    {
        http.Response.Headers.RetryAfter = "10";
        return Problems.Problem("busy", "The body cannot be taken in now: post it again.", StatusCodes.Status503ServiceUnavailable);
    }

    /// <param name="organisation">Whom the poster may speak for; <see cref="SharedBodies.Tenant"/>: for all who share its account.</param>
    /// <param name="target">To which of the provider's addresses it was posted, with the query; null where there is one only.</param>
    internal async Task Store(HttpContext http, string organisation, string provider, string? target, byte[] body, CancellationToken ct)
    {
        await using var session = store.LightweightSession(organisation);
        session.CorrelationId = http.TraceIdentifier;
        session.LastModifiedBy = provider;
        var received = store.Clock.Microseconds();
        var id = Guid.CreateVersion7(received);
        session.Sql(StoreBody, id, organisation, provider, target, received, body);
        await new MartenOutbox(runtime, session) { TenantId = organisation }.PublishAsync(SharedBodies.Work(organisation, id));
        await session.SaveChangesAsync(ct);
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
