using Campaigns.Engine.Events;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Messages;

[Collection("postgres")]
public sealed class sending_messages(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task happens_with_the_commit_or_not_at_all()
    {
        var account = await bank.Open();
        var refused = bank.Session();
        refused.Append<Account>(account, ExpectedVersion.Exactly(99), new Deposited(1));
        refused.Send(new Pay(account, 5));
        await Should.ThrowAsync<ConcurrencyException>(refused.Commit(default));
        (await bank.Workers.RunOnce()).ShouldBe(0);

        var accepted = bank.Session();
        accepted.Append<Account>(account, ExpectedVersion.Exactly(1), new Deposited(1));
        accepted.Send(new Pay(account, 5));
        await accepted.Commit(default);
        (await bank.Workers.RunOnce()).ShouldBe(1);
        (await bank.Load(account)).State.Balance.ShouldBe(6);
    }

    [Fact]
    public async Task for_later_is_not_handled_before_its_time()
    {
        var account = await bank.Open();
        var session = bank.Session();
        session.Send(new Pay(account, 5), bank.Clock.Now + TimeSpan.FromDays(3));
        await session.Commit(default);

        bank.Clock.Advance(TimeSpan.FromDays(3) - TimeSpan.FromMilliseconds(1));
        (await bank.Workers.RunOnce()).ShouldBe(0);
        bank.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await bank.Workers.RunOnce()).ShouldBe(1);
        (await bank.Load(account)).State.Balance.ShouldBe(5);
    }

    [Fact]
    public async Task in_the_name_of_another_tenant_has_them_handled_there()
    {
        var account = await bank.Open();
        var session = bank.Store.OpenSession("another");
        session.Send(new Pay(account, 5), tenantId: Tenant);
        await session.Commit(default);

        (await bank.Workers.RunOnce()).ShouldBe(1);
        (await bank.Load(account)).State.Balance.ShouldBe(5);
    }

    [Fact]
    public async Task with_the_same_id_twice_is_one_message()
    {
        var (account, id) = (await bank.Open(), Guid.NewGuid());
        for (var commit = 0; commit < 2; commit++)
        {
            var session = bank.Session();
            session.Send(new Pay(account, 5), id: id);
            session.Send(new Pay(account, 5), id: id);
            await session.Commit(default);
        }

        (await bank.Workers.RunOnce()).ShouldBe(1);
        (await bank.Load(account)).State.Balance.ShouldBe(5);
    }

    [Fact]
    public async Task with_the_same_ids_in_opposite_order_does_not_deadlock()
    {
        var account = await bank.Open();
        for (var round = 0; round < 10; round++)
        {
            var ids = Enumerable.Range(0, 50).Select(_ => Guid.NewGuid()).ToList();
            await Task.WhenAll(Task.Run(() => Send(ids)), Task.Run(() => Send(Enumerable.Reverse(ids))));
        }

        (await bank.Count("messages")).ShouldBe(500);

        async Task Send(IEnumerable<Guid> ids)
        {
            var session = bank.Session();
            foreach (var id in ids)
            {
                session.Send(new Pay(account, 1), id: id);
            }

            await session.Commit(default);
        }
    }

    [Fact]
    public async Task of_a_kind_that_nobody_handles_is_an_error_at_once() =>
        Should.Throw<InvalidOperationException>(() => bank.Session().Send("a string")).Message.ShouldContain("Nobody handles String");

    [Fact]
    public async Task from_a_handler_names_the_message_as_the_cause()
    {
        var account = await bank.Open();
        var session = bank.Session(new Metadata("request-1", null, "ada"));
        session.Send(new Pay(account, 5));
        await session.Commit(default);
        var id = await bank.Ask("select id from messages");
        await bank.Workers.RunOnce();

        (await bank.Events(account))[1].Metadata.ShouldBe(new Metadata("request-1", id)); // nobody asked for it by name
    }
}
