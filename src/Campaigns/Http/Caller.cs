using System.Globalization;
using Campaigns.Storage;
using Marten;
using Marten.Events;
using JasperFx.Events;
using Wolverine;

namespace Campaigns.Http;

/// <summary>Who sent a command and what they asked for beside it: to the handler it comes with the message, whoever sends it.</summary>
public sealed class Caller
{
    const string UserHeader = "user-name";
    const string IfMatchHeader = "if-match";
    const string KeyHeader = "idempotency-key";
    const string FingerprintHeader = "idempotency-fingerprint";

    static readonly string InsertKey = Sql.Beside<Caller>(nameof(InsertKey));

    readonly Envelope envelope;
    readonly IDocumentSession session;
    readonly TimeProvider clock;

    internal Caller(Envelope envelope, IDocumentSession session, TimeProvider clock)
    {
        (this.envelope, this.session, this.clock) = (envelope, session, clock);
        session.LastModifiedBy = UserName!;
        session.CorrelationId = envelope.CorrelationId;
        session.CausationId = null!;
    }

    /// <summary>The name of the key, or of what else asked; null for the system itself.</summary>
    public string? UserName => envelope.Headers.GetValueOrDefault(UserHeader);

    /// <summary>What goes with a command.</summary>
    /// <param name="ifMatch">The version that the caller read; null: any.</param>
    internal static DeliveryOptions Delivery(string tenantId, string? userName, string? correlationId, string? ifMatch = null, IdempotentRequest? request = null)
    {
        var options = new DeliveryOptions { TenantId = tenantId, CorrelationId = correlationId };
        void Add(string name, string? value)
        {
            if (value is not null)
            {
                options.Headers[name] = value;
            }
        }

        Add(UserHeader, userName);
        Add(IfMatchHeader, ifMatch);
        Add(KeyHeader, request?.Key);
        Add(FingerprintHeader, request is null ? null : Convert.ToBase64String(request.Fingerprint));
        return options;
    }

    /// <summary>Puts what was decided into the commit, unless the stream is not at the version that the caller read.</summary>
    public (Decided<TState> Decided, OutgoingMessages Messages) Record<TState>(IEventStream<TState> stream, Outcome outcome)
        where TState : class, IStreamState<TState>
    {
        var decided = stream.Record(IsOutdated(stream.CurrentVersion ?? 0) is { } refusal ? Outcome.Refuse(refusal) : outcome);
        if (decided.Decided.Refusal is null)
        {
            Keep();
        }

        return decided;
    }

    /// <summary>The commit carries out the command: its key goes on record with it, and the same request is not carried out again.</summary>
    /// <param name="begun">Of what takes more than this commit: where it can be read, and by which the same request goes on with it.</param>
    public void Keep(string? begun = null)
    {
        if (envelope.Headers.GetValueOrDefault(KeyHeader) is { } key)
        {
            session.Sql(InsertKey, session.TenantId, key, Convert.FromBase64String(envelope.Headers[FingerprintHeader]!), clock.Microseconds(), begun);
        }
    }

    /// <summary>That a thing is not at the version that the caller read.</summary>
    public Refusal? IsOutdated(long version)
    {
        var wanted = envelope.Headers.GetValueOrDefault(IfMatchHeader);
        return wanted is null or "*" || wanted == $"\"{version.ToString(CultureInfo.InvariantCulture)}\""
            ? null
            : new Refusal("outdated", $"It was changed since you read it: it is at version {version}. Read it again and decide again.", RefusalKind.Outdated);
    }
}

/// <summary>Finds out who sent a command, for every handler that wants to know.</summary>
public static class CallerMiddleware
{
    public static Caller Before(Envelope envelope, IDocumentSession session, TimeProvider clock) => new(envelope, session, clock);
}
