using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sandbox.Faults;
using Npgsql;

namespace Campaigns.Crash.Tests;

/// <summary>The real executable, killed (SIGKILL) at each point between the claim of a batch and the record of its results.</summary>
[Collection("killing at a point")]
public sealed class when_it_is_killed_at_a_point(PostgresFixture postgres)
{
    const int Batch = 20;
    const int Messages = 5 * Batch;

    /// <summary>The message, the first of the batch that is interrupted, that is handed over once the batch is claimed.</summary>
    const int First = (2 * Batch) + 1;

    public enum Point { AfterTheClaim, BetweenTheCalls, AfterTheProviderAccepted, BeforeTheClosingCommit, AfterTheClosingCommit }

    public enum Word { Webhook, LookUp }

    [Theory]
    [InlineData(Point.AfterTheClaim, Word.Webhook, Batch)]
    [InlineData(Point.BetweenTheCalls, Word.Webhook, 11)]
    [InlineData(Point.BetweenTheCalls, Word.LookUp, 11)]
    [InlineData(Point.AfterTheProviderAccepted, Word.Webhook, 10)]
    [InlineData(Point.AfterTheProviderAccepted, Word.LookUp, 10)]
    [InlineData(Point.BeforeTheClosingCommit, Word.Webhook, 0)]
    [InlineData(Point.BeforeTheClosingCommit, Word.LookUp, 0)]
    [InlineData(Point.AfterTheClosingCommit, Word.LookUp, 0)]
    public async Task only_who_was_not_handed_over_stays_in_doubt(Point point, Word word, int inDoubt)
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
        await using var hold = new Hold(stage.Store.Database);
        var settings = stage.Settings(gate.Address);
        settings["Sending:Concurrency"] = "1";
        settings["Sending:LookUpAfter:0"] = word == Word.LookUp ? "00:00:01" : "01:00:00";
        if (word == Word.LookUp)
        {
            stage.Sandbox.Faults.Add(new Fault { Kind = FaultKind.LostEvents });
        }

        var server = await ServerProcess.Start(settings);
        try
        {
            Guid campaign = default;
            var struck = new TaskCompletionSource();
            gate.Before = message => Task.FromResult(!(message == First && point == Point.AfterTheClaim) && !(message == First + 9 && point == Point.BetweenTheCalls) || Strike());
            gate.After = async message =>
            {
                if (message == First + Batch - 1 && point >= Point.BeforeTheClosingCommit)
                {
                    await hold.Begin(campaign);
                    struck.SetResult();
                }

                return message != First + 9 || point != Point.AfterTheProviderAccepted || Strike();
            };
            campaign = await stage.Launch("p", "+4179009", word == Word.LookUp ? Messages / 2 : Messages, word == Word.LookUp ? "emailAndSms" : "email", new Pace(new BatchPace(Batch, Batch, 0, 0)));
            await struck.Task.WaitAsync(TimeSpan.FromSeconds(60));
            if (point >= Point.BeforeTheClosingCommit)
            {
                await hold.SomebodyWaits();
                server.Kill();
            }

            await server.Exit();
            await hold.End(withThoseWhoWait: point == Point.BeforeTheClosingCommit);
            await server.DisposeAsync();
            server = await ServerProcess.Start(settings);
            await stage.Api.Follow(campaign, progress => progress.IsOver() && progress.InDoubt == inDoubt && progress.Sent == Messages - inDoubt);

            await stage.ShouldComeToRest();
            var recipients = await stage.ShouldAccountFor(Messages, campaign);
            recipients.Count(recipient => recipient.Status == RecipientStatus.InDoubt).ShouldBe(inDoubt);
            (await stage.Api.Progress(campaign)).Status.ShouldBeOneOf(
                inDoubt == 0 ? [CampaignStatus.Completed, CampaignStatus.Partial] : [CampaignStatus.Partial]); // some bounce
            gate.Count.ShouldBe(point == Point.AfterTheClaim ? Messages - Batch + 1 : Messages - inDoubt + (point == Point.BetweenTheCalls ? 1 : 0));

            bool Strike()
            {
                server.Kill();
                struck.SetResult();
                return false;
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Holds a campaign's stream, so that a commit to it waits: what a killed server has sent off, PostgreSQL still does.</summary>
    sealed class Hold(NpgsqlDataSource database) : IAsyncDisposable
    {
        NpgsqlConnection? connection;

        public async Task Begin(Guid stream)
        {
            connection = await database.OpenConnectionAsync();
            await Run(connection, "begin");
            await Run(connection, $"select from mt_streams where id = '{stream}' for update");
        }

        public async Task SomebodyWaits()
        {
            await using var asking = await database.OpenConnectionAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (await Run(asking, $"select count(*) from pg_stat_activity where {IsBlocked}") is 0L)
            {
                await ticks.WaitForNextTickAsync(patience.Token);
            }
        }

        /// <param name="withThoseWhoWait">Their commits come to nothing; otherwise they are made now.</param>
        public async Task End(bool withThoseWhoWait)
        {
            if (connection is null)
            {
                return;
            }

            if (withThoseWhoWait)
            {
                await Run(connection, $"select pg_terminate_backend(pid, 10000) from pg_stat_activity where {IsBlocked}");
            }

            await Run(connection, "rollback");
        }

        public async ValueTask DisposeAsync()
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }

        string IsBlocked => $"{connection!.ProcessID} = any (pg_blocking_pids(pid))";

        static async Task<object?> Run(NpgsqlConnection connection, string statement)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            return await command.ExecuteScalarAsync();
        }
    }
}
