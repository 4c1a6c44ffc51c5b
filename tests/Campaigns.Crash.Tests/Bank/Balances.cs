using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;

namespace Campaigns.Crash.Tests.Bank;

/// <summary>Inline: what each account holds.</summary>
sealed class Balances : Projection
{
    static readonly string AddToBalances = Sql.Beside<Balances>(nameof(AddToBalances));

    public override string Name => "balances";

    public override IReadOnlyList<string> Tables => ["balances"];

    public override IReadOnlyList<Type> Facts => BankModel.Facts;

    public override void Apply(IReadOnlyList<Event> events, SqlQueue sql) => sql.Add(
        AddToBalances, events.Select(fact => fact.StreamId).ToArray(), events.Select(fact => Account.Change(fact.Data)).ToArray());
}
