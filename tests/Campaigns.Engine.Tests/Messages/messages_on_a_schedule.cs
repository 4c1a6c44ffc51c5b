using System.Collections.Concurrent;

namespace Campaigns.Engine.Tests.Messages;

/// <summary>The bank pays 24 to nobody at midnight UTC.</summary>
[Collection("postgres")]
public sealed class messages_on_a_schedule(PostgresFixture postgres) : IAsyncLifetime
{
    readonly ConcurrentQueue<DateTimeOffset> paid = [];
    TestEngine bank = null!;

    public async Task InitializeAsync()
    {
        bank = await TestEngine.Start(postgres);
        Listen(bank);
    }

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task come_once_however_many_nodes_send_them()
    {
        await using var other = bank.AnotherNode();
        Listen(other);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => (i % 2 == 0 ? bank : other).Schedules.SendNext(default))));
        (await bank.Workers.RunOnce("single")).ShouldBe(0);

        bank.Clock.Advance(TimeSpan.FromDays(1));
        (await bank.Workers.RunOnce("single")).ShouldBe(1);
        (await other.Workers.RunOnce("single")).ShouldBe(0);
    }

    [Fact]
    public async Task are_due_at_round_times()
    {
        await bank.Schedules.SendNext(default);
        var midnight = new DateTimeOffset(bank.Clock.Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        (await bank.Ask("select due = $1 from messages where kind = 'pay'", midnight)).ShouldBe("True");
    }

    [Fact]
    public async Task go_on_when_a_node_dies_and_make_up_once_for_the_time_without_nodes()
    {
        await bank.Schedules.SendNext(default);
        await using var other = bank.AnotherNode();
        Listen(other);
        bank.Clock.Advance(TimeSpan.FromDays(5));
        await other.Schedules.SendNext(default);
        (await other.Workers.RunOnce("single")).ShouldBe(1);

        bank.Clock.Advance(TimeSpan.FromDays(1));
        (await other.Workers.RunOnce("single")).ShouldBe(1);
        paid.Count.ShouldBe(2);
    }

    [Fact]
    public async Task keep_coming_while_a_node_runs()
    {
        await using (await bank.Run(schedules: true))
        {
            for (var day = 1; day <= 3; day++)
            {
                await Until(async () => (await bank.List("select attempts from messages where kind = 'pay' and handled_at is null")) is ["0"]);
                bank.Clock.Advance(TimeSpan.FromHours(20));
                await Until(() => Task.FromResult(paid.Select(time => time.Date).Distinct().Count() == day));
            }
        }

        paid.Select(time => time.Date).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task of_one_kind_do_not_stand_in_for_each_other()
    {
        bank.Store.Model.Schedules.Add((TimeSpan.FromHours(12), new Pay(Guid.Empty, 12)));
        bank.Clock.Advance(TimeSpan.FromHours(1)); // the next turn of both is midnight
        await bank.Schedules.SendNext(default);

        (await bank.List("select body ->> 'amount' from messages where kind = 'pay' order by 1")).ShouldBe(["12", "24"]);
    }

    void Listen(TestEngine node) => node.Pays = (_, _, _) =>
    {
        paid.Enqueue(node.Clock.Now);
        return Task.CompletedTask;
    };

    async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TestEngine.Patience);
        while (!await condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
            await bank.Ask("select pg_sleep(0.005)"); // so that the time does not outrun what is being handled
        }
    }
}
