using System.Diagnostics;
using Campaigns.Crash.Tests.Bank;
using Campaigns.Crash.Tests.Running;
using Campaigns.Engine;
using Npgsql;

namespace Campaigns.Crash.Tests.Killing;

/// <summary>Kills nodes, connections and PostgreSQL, one after the other, and starts again what has to be started.</summary>
sealed class Killer(Cluster cluster, Database database, IReadOnlyList<NodeProcess> nodes)
{
    static readonly string Backends = Sql.Beside<Killer>(nameof(Backends));
    static readonly string Checkpointer = Sql.Beside<Killer>(nameof(Checkpointer));
    static readonly string TerminateBackend = Sql.Beside<Killer>(nameof(TerminateBackend));
    static readonly string AddStrikes = Sql.Beside<Killer>(nameof(AddStrikes));

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly List<(DateTime At, StrikeKind Kind, string Node)> log = [];
    readonly List<int> took = [];

    public IReadOnlyList<(DateTime At, StrikeKind Kind, string Node)> Log => log;

    public async Task Run(IEnumerable<Strike> strikes, TimeSpan howLong)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var strike in strikes)
        {
            await Pass(strike.After);
            if (Stopwatch.GetElapsedTime(began) > howLong)
            {
                return;
            }

            await CarryOut(strike);
            took.Add((int)(DateTime.UtcNow - log[^1].At).TotalMilliseconds);
            nodes.ShouldAllBe(node => node.IsRunning, $"A node ended by itself at the latest after {strike}.");
        }
    }

    /// <summary>Writes down what was killed when, for the report.</summary>
    public Task Save() => database.Rows(
        AddStrikes,
        log.Select(strike => strike.At).ToArray(), log.Select(strike => strike.Kind.ToString()).ToArray(), log.Select(strike => strike.Node).ToArray(),
        took.ToArray());

    async Task CarryOut(Strike strike)
    {
        var node = nodes[strike.Pick % nodes.Count];
        switch (strike.Kind)
        {
            case StrikeKind.KillNode:
                Note(strike, node.Name);
                await node.Kill();
                node.Start();
                break;
            case StrikeKind.StopNode:
                await node.Started(); // before that nobody listens to the signal
                Note(strike, node.Name);
                (await node.Stop()).ShouldBe(0, $"{node.Name} did not stop cleanly.");
                node.Start();
                break;
            case StrikeKind.FreezeNode:
                Note(strike, node.Name);
                node.Signal(Signals.Stop);
                await Pass(BankModel.Lease * 1.5);
                node.Signal(Signals.Continue);
                break;
            case StrikeKind.CutConnection:
                var (cut, whose) = await Backend(strike.Pick);
                Note(strike, whose);
                await database.Rows(TerminateBackend, cut);
                break;
            case StrikeKind.KillBackend:
                var (killed, owner) = await Backend(strike.Pick);
                var before = await database.Ask<int>(Checkpointer);
                Note(strike, owner);
                Signals.Send(killed, Signals.Kill);
                await Until.True("PostgreSQL recovers", Patience, () => Answers(async () => await database.Ask<int>(Checkpointer) != before));
                break;
            default:
                Note(strike, "");
                await cluster.CrashAndRecover();
                break;
        }
    }

    void Note(Strike strike, string node) => log.Add((DateTime.UtcNow, strike.Kind, node));

    async Task<(int Pid, string Name)> Backend(int pick)
    {
        var backends = new List<(int, string)>();
        await Until.True("somebody is connected", Patience, () => Answers(async () =>
        {
            backends.Clear();
            await using var connection = await database.Open();
            await using var command = new NpgsqlCommand(Backends, connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                backends.Add((reader.GetInt32(0), reader.GetString(1)));
            }

            return backends.Count > 0;
        }));
        return backends[pick % backends.Count];
    }

    static async Task<bool> Answers(Func<Task<bool>> question)
    {
        try
        {
            return await question();
        }
        catch (NpgsqlException error) when (error.IsTransient)
        {
            return false; // still recovering
        }
    }

    static async Task Pass(TimeSpan time)
    {
        using var clock = new PeriodicTimer(time);
        await clock.WaitForNextTickAsync();
    }
}
