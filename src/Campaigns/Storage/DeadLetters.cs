using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Npgsql;
using Wolverine;
using Wolverine.Persistence.Durability.DeadLetterManagement;
using Wolverine.Runtime;
using Wolverine.Runtime.Serialization;

namespace Campaigns.Storage;

/// <summary>A message that no attempt could handle.</summary>
/// <param name="Kind">The stored name.</param>
/// <param name="Error">Why the last attempt failed.</param>
/// <param name="Body">What it says; null where it is no JSON.</param>
public sealed record DeadLetter(
    Guid Id, string TenantId, string Queue, string Kind, DateTimeOffset SentAt, string? Error, string? CorrelationId, JsonElement? Body);

/// <summary>
/// The messages that no attempt could handle: to look at, and to have handled once more. They are Wolverine's; ours is
/// that an organisation sees its own, a page at a time in the order of their ids, which Wolverine's query cannot do in
/// one database.
/// </summary>
public sealed class DeadLetters(IWolverineRuntime runtime, NpgsqlDataSource database)
{
    /// <summary>Read at a time: bodies may be large.</summary>
    const int PageSize = 100;

    static readonly string ListDead = Sql.Beside<DeadLetters>(nameof(ListDead));
    static readonly string ReturnMarked = Sql.Beside<DeadLetters>(nameof(ReturnMarked));

    /// <summary>Those behind an id, the newest last, with no more than a page in memory.</summary>
    /// <param name="tenantId">Null: of all organisations.</param>
    /// <param name="kind">Null: of every kind.</param>
    public async IAsyncEnumerable<DeadLetter> List(
        string? tenantId, string? kind, Guid after = default, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var written = tenantId is null ? null : Written(tenantId);
        List<DeadLetter> page;
        do
        {
            page = await database.Query(ListDead, Read, ct, after, kind, written, PageSize);
            foreach (var letter in page)
            {
                if (tenantId is null || letter.TenantId == tenantId) // a message may speak of another organisation
                {
                    yield return letter;
                }
            }

            after = page.Count > 0 ? page[^1].Id : after;
        }
        while (page.Count == PageSize);
    }

    /// <summary>One of an organisation's; null where it has none of this id.</summary>
    public async Task<DeadLetter?> Find(string tenantId, Guid id)
    {
        var found = await runtime.Storage.DeadLetters.DeadLetterEnvelopeByIdAsync(id);
        return found is { Replayable: false } && found.Envelope.TenantId == tenantId
            ? Create(id, found.MessageType, found.ReceivedAt, found.SentAt, found.ExceptionMessage, found.Envelope)
            : null;
    }

    /// <summary>Has them come again: marks them, and a node, or the next pass, moves them back. Twice is as once.</summary>
    public async Task Revive(IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        if (ids.Count > 0) // without any, Wolverine would take all
        {
            await runtime.Storage.DeadLetters.ReplayAsync(new DeadLetterEnvelopeQuery([.. ids]), ct);
        }
    }

    /// <summary>Moves back those that are marked. Nodes with workers do it by themselves; Wolverine's passes do not.</summary>
    public async Task BringBack(CancellationToken ct)
    {
        await using var command = database.CreateCommand(ReturnMarked);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>An organisation as Wolverine's envelopes hold it.</summary>
    static byte[] Written(string tenantId)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(EnvelopeConstants.TenantIdKey);
            writer.Write(tenantId);
        }

        return bytes.ToArray();
    }

    static DeadLetter Read(NpgsqlDataReader reader) => Create(
        reader.GetGuid(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetFieldValue<DateTimeOffset>(3),
        reader.TextOrNull(4),
        Envelope(reader.GetFieldValue<byte[]>(5)));

    /// <summary>Null where it cannot be read: that costs this message what it says, and the others nothing.</summary>
    static Envelope? Envelope(byte[] stored)
    {
        try
        {
            return EnvelopeSerializer.Deserialize(stored);
        }
        catch (Exception error) when (error is IOException or ArgumentException or FormatException)
        {
            return null; // Wolverine writes nothing at all where it could not write the envelope
        }
    }

    static DeadLetter Create(
        Guid id, string kind, string receivedAt, DateTimeOffset sentAt, string? error, Envelope? envelope) => new(
        id,
        envelope?.TenantId ?? "",
        Queue(new Uri(receivedAt)),
        kind,
        sentAt,
        error,
        envelope?.CorrelationId,
        Json(envelope?.Data));

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
