using System.Text.RegularExpressions;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Projections;
using Campaigns.Engine.Schema;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Campaigns.Engine.Tests;

public sealed record OrderPlaced(string Customer, decimal Amount);

public sealed record OrderPaid(string Payment);

public sealed record RemindCustomer(Guid OrderId);

public sealed record Order(string Customer, decimal Amount, bool IsPaid)
{
    public static readonly Order Initial = new("", 0, false);

    public static Order Apply(Order order, object fact) => fact switch
    {
        OrderPlaced placed => order with { Customer = placed.Customer, Amount = placed.Amount },
        OrderPaid => order with { IsPaid = true },
        _ => order,
    };

    public static Outcome Pay(StreamState<Order> order, string payment) => order switch
    {
        { Version: 0 } => Outcome.Refuse(new Refusal("no-such-order", "There is no such order.", RefusalKind.NotFound)),
        { State.IsPaid: true } => Outcome.Nothing,
        _ => Outcome.Record(new OrderPaid(payment)),
    };
}

public sealed class OpenOrders : Projection
{
    public override string Name => "open_orders";

    public override IReadOnlyList<string> Tables => ["open_orders"];

    public override IReadOnlyList<Type> Facts => [typeof(OrderPlaced), typeof(OrderPaid)];

    public override void Apply(IReadOnlyList<Event> events, SqlQueue sql)
    {
        var placed = events.Of<OrderPlaced>().ToList();
        sql.Add(
            "insert into open_orders (id, customer, amount) select * from unnest($1, $2, $3)",
            placed.Select(order => order.Event.StreamId).ToArray(),
            placed.Select(order => order.Fact.Customer).ToArray(),
            placed.Select(order => order.Fact.Amount).ToArray());
        sql.Add("delete from open_orders where id = any ($1)", events.Of<OrderPaid>().Select(order => order.Event.StreamId).ToArray());
    }
}

/// <summary>What docs/engine.md shows, run: every line of code there stands in this file.</summary>
[Collection("postgres")]
public sealed partial class the_guide(PostgresFixture postgres)
{
    [Fact]
    public async Task does_what_it_says()
    {
        var (services, connectionString, reminded) = (new ServiceCollection().AddLogging(), await postgres.NewSchema(), new TaskCompletionSource<Guid>());

        services.AddEngine(connectionString, engine => engine
            .Stream("order", Order.Initial, Order.Apply)
            .Event<OrderPlaced>("order_placed")
            .Event<OrderPaid>("order_paid")
            .Mask<OrderPlaced>(placed => placed with { Customer = "erased" })
            .Inline(new OpenOrders())
            .Queue("reminders", new QueueOptions { Concurrency = 8 })
            .OnError<TimeoutException>(new RetryPolicy { FirstWait = TimeSpan.FromMinutes(1), MaxAttempts = 5 })
            .Handle<RemindCustomer>("remind_customer", "reminders", _ => Remind));

        async Task Remind(RemindCustomer reminder, Delivery delivery, CancellationToken ct)
        {
            var order = await delivery.Store.Load<Order>(delivery.TenantId, reminder.OrderId, ct);
            if (!order.State.IsPaid) // paid meanwhile: a late reminder does nothing
            {
                var session = delivery.OpenSession();
                session.Send(reminder, due: session.Now.AddDays(7));
                await session.Commit(ct); // the end of this message and the next one, together or not at all
                reminded.TrySetResult(reminder.OrderId);
            }
        }

        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<Migrator>().Migrate(default);
        var store = provider.GetRequiredService<EventStore>();
        await using (var table = store.Database.CreateCommand("create table open_orders (id uuid primary key, customer text, amount numeric)"))
        {
            await table.ExecuteNonQueryAsync();
        }

        var (tenant, id, ct) = ("acme", Guid.CreateVersion7(), CancellationToken.None);

        var session = store.OpenSession(tenant, new Metadata(CorrelationId: "request-17", UserName: "ada"));
        session.Start<Order>(id, new OrderPlaced("Grace", 100));
        session.Send(new RemindCustomer(id), due: session.Now);
        await session.Commit(ct);

        var decided = await store.Decide<Order>(
            () => store.OpenSession(tenant), id, (order, now) => Order.Pay(order, "payment-1"), ct);

        decided.Stream.Version.ShouldBe(2);
        var asPlaced = await store.LoadAt<Order>(tenant, id, version: 1, ct);
        asPlaced.State.IsPaid.ShouldBeFalse();
        (await store.Load<Order>(tenant, id, ct)).State.IsPaid.ShouldBeTrue();
        (await provider.GetRequiredService<MessageWorkers>().RunOnce()).ShouldBe(1);
        reminded.Task.IsCompleted.ShouldBeFalse();

        await foreach (var @event in store.ReadAll(0, long.MaxValue, [typeof(OrderPaid)], tenant, ct))
        {
            @event.Data.ShouldBe(new OrderPaid("payment-1"));
        }

        await provider.GetRequiredService<EventErasure>().Erase(tenant, [id], "asked on 1 March", new Metadata(UserName: "ada"), ct);

        (await store.Load<Order>(tenant, id, ct)).State.Customer.ShouldBe("erased");
        provider.GetServices<IHostedService>().ShouldNotBeEmpty();
    }

    [Fact]
    public void shows_only_code_that_runs()
    {
        var here = File.ReadAllLines(Path.Combine(Root(), "tests/Campaigns.Engine.Tests/the_guide.cs")).Select(line => line.Trim()).ToHashSet();
        var guide = File.ReadAllText(Path.Combine(Root(), "docs/engine.md"));
        var shown = CSharp().Matches(guide).SelectMany(block => block.Groups[1].Value.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0).ToList();

        shown.Count.ShouldBeGreaterThan(30);
        shown.Where(line => !here.Contains(line)).ShouldBeEmpty();
    }

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Campaigns.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The solution is not above the tests.");
        }

        return folder.FullName;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
