using Campaigns.Engine.Messages;

namespace Campaigns.Engine.Tests.Messages;

[Collection("postgres")]
public sealed class looking_at_messages(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync()
    {
        bank = await TestEngine.Start(postgres, new QueueOptions { Retry = RetryPolicy.Never });
        bank.Pays = (pay, _, _) => pay.Amount < 0 ? throw new InvalidOperationException($"No {pay.Amount}") : Task.CompletedTask;
    }

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task shows_each_in_its_state()
    {
        var session = bank.Session();
        session.Send(new Pay(Guid.NewGuid(), 1), id: Guid.NewGuid());
        session.Send(new Pay(Guid.NewGuid(), -2));
        session.Send(new Pay(Guid.NewGuid(), 3), bank.Clock.Now.AddDays(1));
        await session.Commit(default);
        await bank.Workers.RunOnce();
        await bank.Send(new Pay(Guid.NewGuid(), 4));
        await bank.Ask("update messages set claim = gen_random_uuid(), claimed_until = $1 where body ->> 'amount' = '4'", bank.Clock.Now.AddSeconds(1));

        foreach (var (state, amount) in new[] { (MessageState.Dead, -2), (MessageState.Waiting, 3), (MessageState.Claimed, 4) })
        {
            var message = (await List(new MessageFilter(State: state))).ShouldHaveSingleItem();
            message.State.ShouldBe(state);
            message.Body.GetProperty("amount").GetInt32().ShouldBe(amount);
        }

        var handled = (await List(new MessageFilter(State: MessageState.Handled))).ShouldHaveSingleItem();
        (handled.HandledAt, handled.Due).ShouldBe((bank.Clock.Now, null));
        (await List(new MessageFilter())).Count.ShouldBe(4);
        bank.Clock.Advance(TimeSpan.FromSeconds(2));
        (await List(new MessageFilter(State: MessageState.Claimed))).ShouldBeEmpty(); // the lease has ended
    }

    [Fact]
    public async Task comes_page_by_page_without_a_gap()
    {
        await bank.Send([.. Enumerable.Range(0, 25).Select(i => new Pay(Guid.NewGuid(), i))]);
        var seen = new List<StoredMessage>();
        List<StoredMessage> page;
        for (Guid? after = null; (page = await bank.Messages.List(new MessageFilter(), after, 10, default)).Count > 0; after = page[^1].Id)
        {
            seen.AddRange(page);
        }

        seen.Select(message => message.Body.GetProperty("amount").GetInt32()).Order().ShouldBe(Enumerable.Range(0, 25));
    }

    [Fact]
    public async Task keeps_those_of_another_tenant_apart()
    {
        await Die(-1, -2);
        var other = bank.Store.OpenSession("other");
        other.Send(new Pay(Guid.NewGuid(), -3));
        await other.Commit(default);
        await bank.Workers.RunOnce();
        var theirs = (await List(new MessageFilter("other"))).ShouldHaveSingleItem();

        (await bank.Messages.Find(TestEngine.Tenant, theirs.Id, default)).ShouldBeNull();
        (await bank.Messages.Replay(new MessageFilter(TestEngine.Tenant), default)).ShouldBe(2);
        (await List(new MessageFilter("other", MessageState.Dead))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task replays_one_those_of_a_kind_or_all_with_all_their_attempts_and_only_dead_ones()
    {
        await Die(-1, -2, -3);
        var session = bank.Session();
        session.Send(new PayTogether(Guid.NewGuid(), 5), bank.Clock.Now.AddDays(1));
        await session.Commit(default);
        var dead = await List(new MessageFilter(State: MessageState.Dead));
        dead.Select(message => message.Error).Order().ShouldBe(
            ["InvalidOperationException: No -1", "InvalidOperationException: No -2", "InvalidOperationException: No -3"]);

        (await bank.Messages.Replay(new MessageFilter(Ids: [dead[0].Id, Guid.NewGuid()]), default)).ShouldBe(1);
        (await bank.Messages.Find(null, dead[0].Id, default)).ShouldNotBeNull().State.ShouldBe(MessageState.Waiting);
        (await bank.Messages.Replay(new MessageFilter(Kind: "pay_together"), default)).ShouldBe(0);
        (await bank.Messages.Replay(new MessageFilter(Kind: "pay"), default)).ShouldBe(2);
        (await bank.Messages.Replay(new MessageFilter(), default)).ShouldBe(0);

        bank.Pays = (_, _, _) => Task.CompletedTask;
        (await bank.Workers.RunOnce("single")).ShouldBe(3);
        (await List(new MessageFilter())).ShouldHaveSingleItem().Kind.ShouldBe("pay_together");
    }

    [Fact]
    public async Task wakes_the_workers_when_it_replays()
    {
        await Die(-1);
        var woken = 0;
        using var subscription = bank.Notifications.Subscribe(Notifications.QueueTopic("single"), () => woken++);
        await bank.Messages.Replay(new MessageFilter(), default);
        woken.ShouldBe(1);
    }

    async Task Die(params int[] amounts)
    {
        await bank.Send([.. amounts.Select(amount => new Pay(Guid.NewGuid(), amount))]);
        await bank.Workers.RunOnce();
    }

    Task<List<StoredMessage>> List(MessageFilter filter) => bank.Messages.List(filter, null, 100, default);
}
