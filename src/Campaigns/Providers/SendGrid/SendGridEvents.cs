using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Campaigns.Audience;
using Campaigns.Consent;
using Campaigns.Recipients;

namespace Campaigns.Providers.SendGrid;

/// <summary>An entry of a body that speaks for all organisations of an account.</summary>
/// <param name="Organisation">Whose message it is about; null where it does not say.</param>
/// <param name="Json">The entry as it came. Where it names neither organisation nor message: what it says about the address, and no more.</param>
/// <param name="EndsAddress">It says itself that there is no such address, which holds for everybody who has it.</param>
public sealed record SharedEntry(string? Organisation, ProviderFact Fact, byte[] Json, bool EndsAddress);

/// <summary>Reads the body of an event webhook: tolerant of what is unknown, missing or of another type, because it is all of these.</summary>
public sealed class SendGridEvents(SendGridAnswers answers)
{
    /// <summary>Characters of the name of an organisation: none of ours is longer.</summary>
    internal const int LongestOrganisation = 200;

    const int LongestGroup = 20;

    static readonly JsonDocumentOptions Tolerant = new() { AllowTrailingCommas = true };

    // Not the reason of a bounce, which may quote the message or its sender.
    static readonly string[] AboutAnAddress = ["event", "email", "timestamp", "sg_event_id", "type", "bounce_classification"];

    /// <param name="malformed">Entries that are no objects or say neither what nor when; at least 1 where the body as a whole is no JSON.</param>
    /// <exception cref="JsonException">There is no entry in it.</exception>
    public IReadOnlyList<ProviderFact> Read(ReadOnlyMemory<byte> body, out int malformed) => Read(body, Read, out malformed);

    /// <summary>As <see cref="Read(ReadOnlyMemory{byte}, out int)"/>, of a body that speaks for several organisations: with what tells whose each entry is.</summary>
    /// <exception cref="JsonException">There is no entry in it.</exception>
    public IReadOnlyList<SharedEntry> Split(ReadOnlyMemory<byte> body, out int malformed) => Read(body, ReadShared, out malformed);

    static List<T> Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T?> read, out int malformed)
        where T : class
    {
        var facts = new List<T>();
        malformed = 0;
        try
        {
            using var document = JsonDocument.Parse(body, Tolerant);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                Add(document.RootElement, read, facts, ref malformed);
            }
            else
            {
                foreach (var entry in document.RootElement.EnumerateArray())
                {
                    Add(entry, read, facts, ref malformed);
                }
            }
        }
        catch (JsonException)
        {
            malformed = 0;
            ReadOneByOne(body, read, facts, ref malformed);
            if (facts.Count == 0)
            {
                throw;
            }
        }

        return facts;
    }

    // One entry that is no JSON, or too deep, must not take the others with it.
    static void ReadOneByOne<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T?> read, List<T> facts, ref int malformed)
        where T : class
    {
        foreach (var entry in Entries(body))
        {
            try
            {
                using var document = JsonDocument.Parse(entry, Tolerant);
                Add(document.RootElement, read, facts, ref malformed);
            }
            catch (JsonException)
            {
                malformed++;
            }
        }

        malformed = Math.Max(malformed, 1);
    }

    /// <summary>
    /// What lies between braces that belong together. A brace at the beginning of a line begins an entry in any case: that ends one that
    /// never closes.
    /// </summary>
    static IEnumerable<ReadOnlyMemory<byte>> Entries(ReadOnlyMemory<byte> body)
    {
        var (start, depth, isText, isEscaped) = (0, 0, false, false);
        for (var i = 0; i < body.Length; i++)
        {
            var letter = body.Span[i];
            if (letter == '{' && i > 0 && body.Span[i - 1] == '\n')
            {
                if (depth > 0)
                {
                    yield return body[start..i];
                }

                (start, depth, isText, isEscaped) = (i, 1, false, false);
            }
            else if (isText)
            {
                (isText, isEscaped) = (isEscaped || letter != '"', !isEscaped && letter == '\\');
            }
            else if (letter == '"')
            {
                isText = depth > 0;
            }
            else if (letter == '{' && depth++ == 0)
            {
                start = i;
            }
            else if (letter == '}' && depth > 0 && --depth == 0)
            {
                yield return body[start..(i + 1)];
            }
        }

        if (depth > 0)
        {
            yield return body[start..];
        }
    }

    static void Add<T>(JsonElement entry, Func<JsonElement, T?> read, List<T> facts, ref int malformed)
        where T : class
    {
        try
        {
            if (read(entry) is { } fact)
            {
                facts.Add(fact);
                return;
            }
        }
        catch (InvalidOperationException)
        {
            // A member's name is half a surrogate pair: looking for any other one stumbles over it.
        }

        malformed++;
    }

    ProviderFact? Read(JsonElement entry) => entry.ValueKind == JsonValueKind.Object && Text(entry, "event") is { } kind && Timestamp(entry) is { } at
        ? new ProviderFact(
            Recipient(entry),
            Fact(kind, entry, at), Suppression(kind, entry), EmailAddress.Normalise(Text(entry, "email")), Keys(entry, kind, at))
        {
            At = at, Group = Group(kind, entry), Reinstates = kind == "group_resubscribe" && Group(kind, entry) is not null,
        }
        : null;

    /// <summary>By our id, which may have got dashes in systems that it went through on its way to us.</summary>
    static Guid? Recipient(JsonElement entry) => Text(entry, SendGridProvider.MessageIdArgument) is var id
        && (Guid.TryParseExact(id, "N", out var recipient) || Guid.TryParseExact(id, "D", out recipient)) ? recipient : null;

    static string? Group(string kind, JsonElement entry) =>
        kind is "group_unsubscribe" or "group_resubscribe" && Text(entry, "asm_group_id") is { Length: > 0 and <= LongestGroup } id ? $"sendgrid {id}" : null;

    SharedEntry? ReadShared(JsonElement entry)
    {
        if (Read(entry) is not { } fact)
        {
            return null;
        }

        var organisation = Text(entry, SendGridProvider.OrganisationArgument) is { Length: > 0 and <= LongestOrganisation } named ? named : null;
        return new SharedEntry(
            organisation, fact, organisation is null && fact.Recipient is null ? OfTheAddress(entry) : JsonMarshal.GetRawUtf8Value(entry).ToArray(),
            fact.Suppresses == SuppressionReason.InvalidAddress
                && (fact.Fact is MessageDropped || Text(entry, "bounce_classification") == SendGridAnswers.InvalidAddress));
    }

    static byte[] OfTheAddress(JsonElement entry) => JsonSerializer.SerializeToUtf8Bytes(
        (Text(entry, "event") == "dropped" ? AboutAnAddress.Append("reason") : AboutAnAddress)
        .Select(name => KeyValuePair.Create(name, Text(entry, name))).Where(member => member.Value is not null).ToDictionary());

    object? Fact(string kind, JsonElement entry, DateTimeOffset at) => kind switch
    {
        "processed" => new MessageAccepted(at),
        "delivered" => new MessageDelivered(at),
        "deferred" => new MessageDeferred(at, Text(entry, "response")),
        "open" => new MessageOpened(at, Flag(entry, "sg_machine_open")),
        "click" => new LinkClicked(at, Text(entry, "url")),
        "bounce" => new MessageBounced(
            at, Text(entry, "type"), Text(entry, "bounce_classification"), Text(entry, "status"), Text(entry, "reason"), CategoryOf(kind, entry)),
        "dropped" => new MessageDropped(at, Text(entry, "reason"), CategoryOf(kind, entry)),
        "spamreport" => new SpamReported(at),
        "unsubscribe" or "group_unsubscribe" => new RecipientUnsubscribed(at),
        _ => null, // account_status_change and whatever comes: kept in the body, nothing to record
    };

    FailureCategory CategoryOf(string kind, JsonElement entry) => Meaning(kind, entry)?.Category ?? FailureCategory.Unknown;

    // Only what is the recipient's fault or wish keeps others from writing to him; a bad reputation is the sender's.
    SuppressionReason? Suppression(string kind, JsonElement entry) => kind switch
    {
        "spamreport" => SuppressionReason.Complaint,
        "unsubscribe" or "group_unsubscribe" => SuppressionReason.Unsubscribed,
        _ => Meaning(kind, entry)?.Suppresses,
    };

    AnswerMeaning? Meaning(string kind, JsonElement entry) => kind switch
    {
        "bounce" => answers.OfBounce(Text(entry, "type"), Text(entry, "bounce_classification")),
        "dropped" => answers.OfDrop(Text(entry, "reason")),
        _ => null,
    };

    /// <summary>By the provider's own id and by what is said: repeats have come with new ids, and ids have been missing.</summary>
    static Guid[] Keys(JsonElement entry, string kind, DateTimeOffset at)
    {
        // One id in both its forms is one message: the same said twice must not be two facts.
        var message = Recipient(entry)?.ToString("N") ?? Text(entry, SendGridProvider.MessageIdArgument) ?? Text(entry, "sg_message_id");
        var offset = entry.TryGetProperty("url_offset", out var place) && place.ValueKind == JsonValueKind.Object ? Text(place, "index") : null;
        // Behind the rest, and only where there is one: the keys of all other events stay those that are stored.
        var group = Group(kind, entry) is { } left ? $"\n{left}" : "";
        var said = Key($"{message}\n{kind}\n{at.ToUnixTimeSeconds()}\n{Text(entry, "email")}\n{Text(entry, "url")}\n{offset}{group}");
        return Text(entry, "sg_event_id") is { Length: > 0 } id ? [said, Key("id\n" + id)] : [said];
    }

    static Guid Key(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    static DateTimeOffset? Timestamp(JsonElement entry) =>
        double.TryParse(Text(entry, "timestamp"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 253402300799
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;

    static bool Flag(JsonElement entry, string name) => Text(entry, name) is "true" or "True" or "1";

    static string? Text(JsonElement entry, string name) => !entry.TryGetProperty(name, out var value)
        ? null
        : value.ValueKind switch
        {
            JsonValueKind.String => Clean(value),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };

    // Text that PostgreSQL cannot store (a zero character, half a surrogate pair) is told apart before it gets there.
    static string? Clean(JsonElement value)
    {
        try
        {
            return value.GetString()?.Replace("\0", "", StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
