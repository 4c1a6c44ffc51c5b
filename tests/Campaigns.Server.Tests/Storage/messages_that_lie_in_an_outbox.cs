using Campaigns.Server.Tests.Running;
using Campaigns.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wolverine.Runtime;

namespace Campaigns.Server.Tests.Storage;

[Collection("postgres")]
public sealed class messages_that_lie_in_an_outbox(PostgresFixture postgres)
{
    [Fact]
    public async Task of_this_node_are_given_back_once_they_have_lain_for_long()
    {
        await using var host = await ApiHost.Start(await postgres.NewDatabase());
        var (database, clock) = (host.Services.GetRequiredService<NpgsqlDataSource>(), new ManualClock());
        var unsent = new UnsentMessages(
            database, host.Services.GetRequiredService<IWolverineRuntime>(), new MessagingOptions(), clock, NullLogger<UnsentMessages>.Instance);
        var (lying, anothers) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Store(lying, owner: 7);
        await Store(anothers, owner: 8);

        await unsent.RunOnce(7, CancellationToken.None);
        clock.Advance(UnsentMessages.Patience - TimeSpan.FromSeconds(1));
        var late = Guid.CreateVersion7();
        await Store(late, owner: 7);
        await unsent.RunOnce(7, CancellationToken.None);
        (await Owned()).ShouldBe([$"{lying} 7", $"{anothers} 8", $"{late} 7"], ignoreOrder: true);

        clock.Advance(TimeSpan.FromSeconds(1));
        await unsent.RunOnce(7, CancellationToken.None);
        (await Owned()).ShouldBe([$"{lying} 0", $"{anothers} 8", $"{late} 7"], ignoreOrder: true);

        Task Store(Guid id, int owner) => host.Store.Texts(
            $"insert into wolverine_outgoing_envelopes (id, owner_id, destination, body, message_type) values ('{id}', {owner}, 'rabbitmq://queue/x', '', 'x') returning message_type");

        async Task<List<string>> Owned() => [.. await host.Store.Texts("select id || ' ' || owner_id from wolverine_outgoing_envelopes")];
    }
}
