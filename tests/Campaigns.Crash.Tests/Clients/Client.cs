using System.Collections.Concurrent;
using Campaigns.Crash.Tests.Bank;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Crash.Tests.Clients;

/// <summary>
/// Appends and sends from outside, at random, and remembers what was acknowledged. When its connection is cut it does not know whether the
/// commit came true: then it claims nothing, and goes on with something else.
/// </summary>
sealed class Client(EventStore store, int seed, ConcurrentQueue<Guid> accounts, Acknowledgements acknowledged)
{
    static readonly string AddSent = Sql.Beside<Client>(nameof(AddSent));

    static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    readonly Random random = new(seed);
    readonly List<(Guid Id, object Message)> sent = [];

    /// <summary>Commits of which it does not know whether they came true.</summary>
    public int Unanswered { get; private set; }

    public async Task Run(CancellationToken stopping)
    {
        using var pace = new PeriodicTimer(Pace);
        while (!stopping.IsCancellationRequested)
        {
            await pace.WaitForNextTickAsync(CancellationToken.None);
            try
            {
                await Act();
            }
            catch (Exception error) when (error is NpgsqlException or ConcurrencyException)
            {
                Unanswered++;
            }
        }
    }

    public async Task OpenAccount()
    {
        var (account, operation) = (Guid.CreateVersion7(), Guid.NewGuid());
        var session = Session();
        session.Start<Account>(account, new AccountOpened(operation));
        await session.Commit(CancellationToken.None);
        acknowledged.Events([operation]);
        accounts.Enqueue(account);
    }

    public async Task Deposit()
    {
        var session = Session();
        var operations = new List<Guid>();
        foreach (var account in Accounts(random.Next(1, 5)))
        {
            var operation = Guid.NewGuid();
            operations.Add(operation);
            session.Append<Account>(account, ExpectedVersion.MustExist, new Deposited(operation, random.Next(1, 1000)));
        }

        await session.Commit(CancellationToken.None);
        acknowledged.Events(operations);
    }

    Task Act() => random.Next(10) switch
    {
        0 => OpenAccount(),
        1 or 2 => Deposit(),
        3 => Withdraw(),
        4 or 5 or 6 => Transfer(),
        7 => PayInterest(),
        8 => Ring(),
        9 when sent.Count > 0 && random.Next(2) == 0 => SendAgain(),
        _ => MakeTrouble(),
    };

    async Task Withdraw()
    {
        var (operation, amount) = (Guid.NewGuid(), random.Next(1, 500));
        var decided = await store.Decide<Account>(
            Session, Accounts(1).Single(), (account, _) => Account.Withdraw(account.State, operation, amount), CancellationToken.None);
        if (decided.Refusal is null)
        {
            acknowledged.Events([operation]);
        }
    }

    Task Transfer() => Send("take_from", random.Next(1, 6), transfer =>
    {
        var accounts = Accounts(2);
        return new TakeFrom(transfer, accounts[0], accounts[1], random.Next(1, 500));
    });

    Task PayInterest() => Send("pay_interest", 20, message => new PayInterest(message, Accounts(1)[0], random.Next(1, 10)));

    async Task Ring()
    {
        var due = store.Clock.GetUtcNow() + TimeSpan.FromMilliseconds(random.Next(100, 900));
        await Send("ring", random.Next(1, 4), _ => new Ring(), due);
    }

    // The same message again, whether the first one waits, is being handled, or has been: one message.
    async Task SendAgain()
    {
        var session = Session();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var (id, message) = sent[random.Next(sent.Count)];
            session.Send(message, id: id);
        }

        await session.Commit(CancellationToken.None);
    }

    async Task MakeTrouble()
    {
        await Send("stumble", random.Next(1, 4), _ => new Stumble(random.Next(4)));
        await Send("poison", 1, message => new Poison(message));
    }

    async Task Send(string kind, int count, Func<Guid, object> message, DateTimeOffset? due = null)
    {
        var session = Session();
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        session.Sql.Add(AddSent, ids, kind, due ?? session.Now);
        var messages = ids.Select(id => (id, message(id))).ToList();
        messages.ForEach(one => session.Send(one.Item2, due, one.id));
        await session.Commit(CancellationToken.None);
        acknowledged.Messages(ids);
        sent.AddRange(messages);
    }

    Session Session() => store.OpenSession(BankModel.Tenant);

    Guid[] Accounts(int count)
    {
        var all = accounts.ToArray();
        random.Shuffle(all);
        return all[..count];
    }
}
