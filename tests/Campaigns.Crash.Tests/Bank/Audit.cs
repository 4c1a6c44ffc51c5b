using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;

namespace Campaigns.Crash.Tests.Bank;

/// <summary>Async: a row for each event, so one that was missed or applied twice shows.</summary>
sealed class Audit : Projection
{
    static readonly string AddToAudit = Sql.Beside<Audit>(nameof(AddToAudit));

    public override string Name => "audit";

    public override IReadOnlyList<string> Tables => ["audit"];

    public override IReadOnlyList<Type> Facts => BankModel.Facts;

    public override void Apply(IReadOnlyList<Event> events, SqlQueue sql) => sql.Add(
        AddToAudit,
        events.Select(fact => fact.Sequence).ToArray(), events.Select(fact => fact.StreamId).ToArray(), events.Select(fact => fact.TypeName).ToArray());
}
