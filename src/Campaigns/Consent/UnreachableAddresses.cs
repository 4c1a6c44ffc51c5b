using Marten;
using Campaigns.Storage;
using JasperFx.Events;
namespace Campaigns.Consent;

/// <summary>The messages that did not get to an address since the last one that did. Inline: the next failure is judged by those before.</summary>
public sealed class UnreachableAddresses() : InlineProjection("unreachable")
{
    static readonly string DeleteUnreachable = Sql.Beside<UnreachableAddresses>(nameof(DeleteUnreachable));
    static readonly string InsertUnreachable = Sql.Beside<UnreachableAddresses>(nameof(InsertUnreachable));

    public override IReadOnlyList<string> Tables { get; } = ["unreachable"];

    public override IReadOnlyList<Type> Facts { get; } = [typeof(AddressUnreachable), typeof(AddressReached), typeof(AddressReinstated)];

    protected override void Apply(IReadOnlyList<IEvent> events, IDocumentOperations sql)
    {
        var states = new Dictionary<(string Tenant, Guid Id), Suppression>();
        var ended = new Dictionary<(string Tenant, Guid Id), DateTimeOffset>();
        foreach (var @event in events)
        {
            if (@event.Data is not (AddressUnreachable or AddressReached or AddressReinstated))
            {
                continue;
            }

            var address = (@event.TenantId, @event.StreamId);
            states[address] = states.GetValueOrDefault(address, Suppression.Initial).Evolve(@event.Data);
            DateTimeOffset? end = @event.Data switch { AddressReached reached => reached.At, AddressReinstated => DateTimeOffset.MaxValue, _ => null };
            if (end > ended.GetValueOrDefault(address))
            {
                ended[address] = end.Value;
            }
        }

        if (ended.Count > 0)
        {
            sql.Sql(DeleteUnreachable, ended.Keys.Select(row => row.Tenant).ToArray(), ended.Keys.Select(row => row.Id).ToArray(), ended.Values.ToArray());
        }

        var failures = states
            .SelectMany(state => state.Value.Failures, (state, failure) => (state.Key.Tenant, state.Key.Id, failure.Key, failure.Value)).ToList();
        if (failures.Count > 0)
        {
            sql.Sql(
                InsertUnreachable, failures.Select(row => row.Tenant).ToArray(), failures.Select(row => row.Id).ToArray(),
                failures.Select(row => row.Key).ToArray(), failures.Select(row => row.Value).ToArray());
        }
    }
}
