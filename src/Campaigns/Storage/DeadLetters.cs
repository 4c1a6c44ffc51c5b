using System.Text.Json;
using Marten;
using Wolverine.Persistence.Durability;
using Wolverine.Persistence.Durability.DeadLetterManagement;
using Wolverine.Runtime;

namespace Campaigns.Storage;

/// <summary>A message that no attempt could handle.</summary>
/// <param name="Kind">The stored name.</param>
/// <param name="Error">Why the last attempt failed.</param>
/// <param name="Body">What it says; null where it is no JSON.</param>
public sealed record DeadLetter(
    Guid Id, string TenantId, string Queue, string Kind, DateTimeOffset SentAt, string? Error, string? CorrelationId, JsonElement? Body);

/// <summary>The messages that no attempt could handle: to look at, and to have handled once more.</summary>
public sealed class DeadLetters(IWolverineRuntime runtime)
{
    static readonly string ReviveDead = Storage.Sql.Beside<DeadLetters>(nameof(ReviveDead));

    /// <summary>Those of one organisation, or of all, the newest last. Wolverine's own query knows no organisations in one database.</summary>
    /// <param name="tenantId">Null: of all.</param>
    /// <param name="kind">Null: of every kind.</param>
    public async Task<IReadOnlyList<DeadLetter>> List(string? tenantId, string? kind, CancellationToken ct)
    {
        // Of size 0: all of them. Pages of it are in an order in which many are equal, and would repeat some and leave some out.
        var found = await runtime.Storage.DeadLetters.QueryAsync(new DeadLetterEnvelopeQuery { PageSize = 0, MessageType = kind }, ct);
        return [.. found.Envelopes.Select(Read).Where(letter => tenantId is null || letter.TenantId == tenantId).OrderBy(letter => letter.Id)];
    }

    /// <summary>Has the commit bring them back.</summary>
    public static void Revive(IDocumentSession session, IEnumerable<Guid> ids) => session.Sql(ReviveDead, ids.ToArray());

    static DeadLetter Read(DeadLetterEnvelope dead) => new(
        dead.Id, dead.Envelope.TenantId ?? "", Queue(new Uri(dead.ReceivedAt)), dead.MessageType, dead.SentAt, dead.ExceptionMessage,
        dead.Envelope.CorrelationId, Json(dead.Envelope.Data));

    /// <summary>Of <c>local://sending/</c>, <c>postgresql://sending/</c> or <c>rabbitmq://queue/sending</c>.</summary>
    static string Queue(Uri endpoint) => endpoint.AbsolutePath.Trim('/') is { Length: > 0 } named ? named : endpoint.Host;

    static JsonElement? Json(byte[]? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
