using Marten;
using Campaigns.Storage;
using JasperFx.Events;
namespace Campaigns.Consent;

/// <summary>The addresses that get nothing. Inline: a suppression counts from the commit that records it.</summary>
public sealed class SuppressionList() : InlineProjection("suppressions")
{
    static readonly string InsertSuppressions = Sql.Beside<SuppressionList>(nameof(InsertSuppressions));
    static readonly string DeleteSuppressions = Sql.Beside<SuppressionList>(nameof(DeleteSuppressions));

    public override IReadOnlyList<string> Tables { get; } = ["suppressions"];

    public override IReadOnlyList<Type> Facts { get; } = [typeof(AddressSuppressed), typeof(AddressReinstated)];

    protected override void Apply(IReadOnlyList<IEvent> events, IDocumentOperations sql)
    {
        // The last word on each address counts, and of its reasons the strongest.
        var suppressed = new Dictionary<(string Tenant, string Address), (AddressSuppressed Fact, DateTimeOffset Since, DateTimeOffset? AskedAt)>();
        var reinstated = new HashSet<(string Tenant, string Address)>();
        foreach (var @event in events)
        {
            switch (@event.Data)
            {
                case AddressSuppressed fact:
                    var key = (@event.TenantId, fact.Address);
                    DateTimeOffset? asked = fact.Reason == SuppressionReason.Unsubscribed ? fact.At ?? @event.Timestamp : null;
                    if (!suppressed.TryGetValue(key, out var kept) || kept.Fact.Reason < fact.Reason)
                    {
                        suppressed[key] = (fact, @event.Timestamp, asked);
                    }
                    else if (kept.Fact.Reason == fact.Reason)
                    {
                        var last = kept.AskedAt > asked ? kept.AskedAt : asked;
                        suppressed[key] = kept.Fact.Group is not null && kept.Fact.Group != fact.Group
                            ? (fact with { Group = null }, @event.Timestamp, last)
                            : kept with { AskedAt = last };
                    }

                    break;
                case AddressReinstated fact:
                    suppressed.Remove((@event.TenantId, fact.Address));
                    reinstated.Add((@event.TenantId, fact.Address));
                    break;
            }
        }

        if (reinstated.Count > 0)
        {
            sql.Sql(DeleteSuppressions, reinstated.Select(row => row.Tenant).ToArray(), reinstated.Select(row => row.Address).ToArray());
        }

        if (suppressed.Count > 0)
        {
            sql.Sql(
                InsertSuppressions, suppressed.Keys.Select(row => row.Tenant).ToArray(), suppressed.Keys.Select(row => row.Address).ToArray(),
                suppressed.Values.Select(row => row.Fact.Reason.ToString()).ToArray(), suppressed.Values.Select(row => row.Fact.Source).ToArray(),
                suppressed.Values.Select(row => row.Since).ToArray(), Enum.GetNames<SuppressionReason>(),
                suppressed.Values.Select(row => row.Fact.Group).ToArray(), suppressed.Values.Select(row => row.AskedAt).ToArray());
        }
    }
}
