using Campaigns.Engine.Events;

namespace Campaigns.Crash.Tests.Bank;

/// <summary>Each fact names the operation it comes from, which no other one has: so a fact that is there twice shows.</summary>
public sealed record AccountOpened(Guid Operation);

public sealed record Deposited(Guid Operation, long Amount);

public sealed record Withdrawn(Guid Operation, long Amount);

/// <summary>The first half of a transfer.</summary>
public sealed record Taken(Guid Transfer, long Amount);

/// <summary>The second half of a transfer.</summary>
public sealed record Given(Guid Transfer, long Amount);

/// <summary>The account did not hold enough for the transfer.</summary>
public sealed record Declined(Guid Transfer);

/// <summary>Never below zero, which holds only as long as every decision is taken on the latest state.</summary>
public sealed record Account(long Balance)
{
    public static readonly Account Initial = new(0);

    public static Account Apply(Account account, object fact) => new(account.Balance + Change(fact));

    public static long Change(object? fact) => fact switch
    {
        Deposited deposited => deposited.Amount,
        Withdrawn withdrawn => -withdrawn.Amount,
        Taken taken => -taken.Amount,
        Given given => given.Amount,
        _ => 0,
    };

    public static Outcome Withdraw(Account account, Guid operation, long amount) => account.Balance >= amount
        ? Outcome.Record(new Withdrawn(operation, amount))
        : Outcome.Refuse(new Refusal("not-covered", "The account does not hold that much."));

    public static Outcome Take(Account account, TakeFrom transfer) => account.Balance >= transfer.Amount
        ? Outcome.Record(new Taken(transfer.Transfer, transfer.Amount)).Send(new GiveTo(transfer.Transfer, transfer.To, transfer.Amount))
        : Outcome.Record(new Declined(transfer.Transfer));
}
