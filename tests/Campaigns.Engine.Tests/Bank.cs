using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;

namespace Campaigns.Engine.Tests;

public sealed record AccountOpened(string Owner);

public sealed record Deposited(int Amount);

/// <summary>How a deposit was stored once.</summary>
public sealed record MoneyPutIn(int Cents);

public sealed record Noted(string Text);

/// <summary>A stream without a snapshot.</summary>
public sealed record Account(string Owner, int Balance, int Facts)
{
    public static readonly Account Initial = new("", 0, 0);

    public static Account Apply(Account account, object fact) => fact switch
    {
        AccountOpened opened => account with { Owner = opened.Owner, Facts = account.Facts + 1 },
        Deposited deposited => account with { Balance = account.Balance + deposited.Amount, Facts = account.Facts + 1 },
        _ => account,
    };
}

/// <summary>A stream that keeps its state as a snapshot.</summary>
public sealed record Journal(int Notes, string Last)
{
    public static readonly Journal Initial = new(0, "");

    public static Journal Apply(Journal journal, object fact) =>
        fact is Noted noted ? new Journal(journal.Notes + 1, noted.Text) : journal;
}

/// <summary>Handled one at a time.</summary>
public sealed record Pay(Guid Account, int Amount);

/// <summary>Handled many in one commit.</summary>
public sealed record PayTogether(Guid Account, int Amount);

/// <summary>The sum of each account. The table refuses a million, which is how a test makes a projection fail.</summary>
public sealed class Balances(string table = "balances") : Projection
{
    public override string Name => table;

    public override IReadOnlyList<string> Tables => [table];

    public override IReadOnlyList<Type> Facts => [typeof(AccountOpened), typeof(Deposited)];

    public override void Apply(IReadOnlyList<Event> events, SqlQueue sql)
    {
        var accounts = events.Where(fact => fact.Data is AccountOpened or Deposited).ToList();
        if (accounts.Count == 0)
        {
            return;
        }

        sql.Add(
            $"""
            insert into {table} as b (tenant_id, account, balance, facts)
            select tenant_id, account, sum(amount), count(*)
            from unnest($1, $2, $3) e(tenant_id, account, amount)
            group by tenant_id, account
            order by tenant_id, account
            on conflict (tenant_id, account) do update set balance = b.balance + excluded.balance, facts = b.facts + excluded.facts
            """,
            accounts.Select(fact => fact.TenantId).ToArray(),
            accounts.Select(fact => fact.StreamId).ToArray(),
            accounts.Select(fact => fact.Data is Deposited deposited ? deposited.Amount : 0).ToArray());
        sql.Notify(table);
    }
}
