using Npgsql;
using Wolverine;
using Wolverine.Runtime;

namespace Campaigns.Storage;

/// <summary>
/// A message that kills its process would be tried for ever: no attempt of it ever ends. So the start of a message that a dead node has left behind
/// is counted before its handler runs, in a commit of its own, and forgotten when the handler ends, however it ends.
/// </summary>
/// <remarks>
/// The trigger <c>count_abandoned</c> makes the next attempt of such a message its second at least, so that messages on their usual way cost nothing here.
/// Those that waited in the dead node's memory are not counted: they did not start.
/// </remarks>
public static class CrashGuard
{
    static readonly string CountStart = Sql.Beside(typeof(CrashGuard), nameof(CountStart));
    static readonly string ForgetStarts = Sql.Beside(typeof(CrashGuard), nameof(ForgetStarts));

    /// <exception cref="PoisonException">Too many processes died of it. The first start was not counted: as many are counted now as have died.</exception>
    public static async Task BeforeAsync(Envelope envelope, NpgsqlDataSource database, IWolverineRuntime runtime, MessagingOptions options, CancellationToken ct)
    {
        if (IsSuspect(envelope, runtime)
            && (await database.Query(CountStart, row => row.GetInt32(0), ct, envelope.Id)).Single() is var deaths && deaths >= options.CrashesUntilDead)
        {
            await Forget(envelope, database); // whoever has it handled once more begins at none
            throw new PoisonException(deaths);
        }
    }

    public static async Task FinallyAsync(Envelope envelope, NpgsqlDataSource database, IWolverineRuntime runtime)
    {
        if (IsSuspect(envelope, runtime))
        {
            try
            {
                await Forget(envelope, database);
            }
            catch (NpgsqlException)
            {
                // The handler has ended all the same. A count that stays makes its message dead a little earlier, if it comes again.
            }
        }
    }

    static async Task Forget(Envelope envelope, NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(ForgetStarts);
        command.Parameters.Add(new NpgsqlParameter { Value = envelope.Id });
        await command.ExecuteNonQueryAsync();
    }

    static bool IsSuspect(Envelope envelope, IWolverineRuntime runtime) =>
        envelope is { WasPersistedInInbox: true, Attempts: > 1 } && runtime.DurabilitySettings.Mode == DurabilityMode.Balanced;
}

/// <summary>Every time it was handled, the process died.</summary>
public sealed class PoisonException(int times) : Exception($"It was begun {times} times, and each time the process died before it ended.");
