using Campaigns.Server.Tests.Running;
using Campaigns.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wolverine.Runtime;

namespace Campaigns.Server.Tests.Storage;

/// <summary>What waits in the inbox in the name of a node that lives, and that the node does not know of.</summary>
[Collection("postgres")]
public sealed class messages_that_nobody_has_in_hand(PostgresFixture postgres)
{
    [Fact]
    public async Task are_given_back_once_they_were_seen_for_long()
    {
        await using var host = await ApiHost.Start(await postgres.NewDatabase());
        var (clock, forgotten) = Sweep(host.Services);
        var (lying, anothers) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Store(lying, owner: 7);
        await Store(anothers, owner: 8);

        await forgotten.RunOnce(7, CancellationToken.None);
        clock.Advance(ForgottenMessages.Patience - TimeSpan.FromSeconds(1));
        await forgotten.RunOnce(7, CancellationToken.None);
        (await Owned()).ShouldBe([$"{lying} 7", $"{anothers} 8"], ignoreOrder: true);

        clock.Advance(TimeSpan.FromSeconds(1));
        await forgotten.RunOnce(7, CancellationToken.None);
        (await Owned()).ShouldBe([$"{lying} 0", $"{anothers} 8"], ignoreOrder: true);

        Task Store(Guid id, int owner) => host.Store.Texts(
            $"""
            insert into wolverine_incoming_envelopes (id, status, owner_id, body, message_type, received_at)
            values ('{id}', 'Incoming', {owner}, '', 'x', 'local://nowhere') returning message_type
            """);

        async Task<List<string>> Owned() => [.. await host.Store.Texts("select id || ' ' || owner_id from wolverine_incoming_envelopes where message_type = 'x'")];
    }

    public static (ManualClock Clock, ForgottenMessages Forgotten) Sweep(IServiceProvider services)
    {
        var clock = new ManualClock();
        return (clock, new ForgottenMessages(
            services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<IWolverineRuntime>(), services.GetRequiredService<MessagesInHand>(),
            new MessagingOptions(), clock, NullLogger<ForgottenMessages>.Instance));
    }
}
