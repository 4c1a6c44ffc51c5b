using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;

namespace Campaigns.Crash.Tests.Bank;

/// <summary>What a node does with messages. Each leaves a row about its effect, in the commit that ends the message.</summary>
/// <param name="node">Its name.</param>
sealed class Handlers(string node, EventStore store)
{
    static readonly string AddEffect = Sql.Beside<Handlers>(nameof(AddEffect));
    static readonly string AddEffects = Sql.Beside<Handlers>(nameof(AddEffects));
    static readonly string AddTold = Sql.Beside<Handlers>(nameof(AddTold));

    public Task Take(TakeFrom transfer, Delivery delivery, CancellationToken ct) => store.Decide<Account>(
        () => Begin("take_from", delivery), transfer.From, (account, _) => Account.Take(account.State, transfer), ct);

    public Task Give(GiveTo transfer, Delivery delivery, CancellationToken ct)
    {
        var session = Begin("give_to", delivery);
        session.Append<Account>(transfer.To, ExpectedVersion.MustExist, new Given(transfer.Transfer, transfer.Amount));
        return session.Commit(ct);
    }

    public Task PayInterest(IReadOnlyList<PayInterest> interests, Session session, CancellationToken ct)
    {
        foreach (var interest in interests)
        {
            session.Append<Account>(interest.Account, ExpectedVersion.MustExist, new Deposited(interest.Message, interest.Amount));
        }

        session.Sql.Add(AddEffects, interests.Select(interest => interest.Message).ToArray(), "pay_interest", node);
        return Task.CompletedTask;
    }

    public Task Ring(Ring ring, Delivery delivery, CancellationToken ct) => Begin("ring", delivery).Commit(ct);

    public async Task Stumble(Stumble stumble, Delivery delivery, CancellationToken ct)
    {
        if (delivery.Attempt <= stumble.Failures)
        {
            throw new InvalidOperationException($"Attempt {delivery.Attempt} of {stumble.Failures} that fail.");
        }

        await Begin("stumble", delivery).Commit(ct);
        if (stumble.Failures == 0)
        {
            throw new InvalidOperationException("After the commit.");
        }
    }

    public static Task Swallow(Poison poison, Delivery delivery, CancellationToken ct) => throw new InvalidOperationException("Poison.");

    public async Task PoisonDied(Poison poison, string tenantId, string reason)
    {
        await using var command = store.Database.CreateCommand(AddTold);
        command.Parameters.Add(new() { Value = poison.Message });
        command.Parameters.Add(new() { Value = reason });
        await command.ExecuteNonQueryAsync();
    }

    Session Begin(string kind, Delivery delivery)
    {
        var session = delivery.OpenSession();
        session.Sql.Add(AddEffect, delivery.MessageId, kind, node, delivery.Attempt);
        return session;
    }
}
