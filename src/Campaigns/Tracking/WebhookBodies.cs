using Campaigns.Engine;
using Campaigns.Engine.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Campaigns.Tracking;

/// <summary>What providers post, as it comes: stored before it is answered, worked on afterwards.</summary>
static class WebhookBodies
{
    static readonly string StoreBody = Sql.Beside<RecordFacts>(nameof(StoreBody));

    /// <exception cref="BadHttpRequestException">It is larger than <paramref name="largest"/> bytes.</exception>
    public static async Task<byte[]> Read(HttpContext http, int largest, CancellationToken ct)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = largest;
        }

        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, ct);
        return buffer.ToArray();
    }

    /// <param name="target">To which of the provider's addresses it was posted, with the query; null where there is one only.</param>
    public static async Task Store(
        HttpContext http, EventStore store, string organisation, string provider, string? target, byte[] body, CancellationToken ct)
    {
        var session = store.OpenSession(organisation, new Metadata(http.TraceIdentifier, null, provider));
        var id = Guid.CreateVersion7(session.Now);
        session.Sql.Add(StoreBody, id, organisation, provider, target, session.Now, body);
        session.Send(new RecordFacts(id));
        await session.Commit(ct);
    }
}
