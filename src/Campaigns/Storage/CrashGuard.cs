using Npgsql;
using Wolverine;
using Wolverine.Runtime.Batching;
using Wolverine.Runtime;

namespace Campaigns.Storage;

/// <summary>
/// A message that kills its process would be tried for ever: no attempt of it ever ends. So the start of a message that a dead node has left behind
/// is counted before its handler runs, in a commit of its own, and forgotten when the handler ends, however it ends.
/// </summary>
/// <remarks>
/// The trigger <c>count_abandoned</c> makes the next attempt of such a message its second at least, so that messages on their usual way cost nothing here.
/// Those that waited in the dead node's memory are not counted: they did not start. Of several that are handled
/// together nobody knows which one it is: after half of the times they are tried one by one. In passes nobody notes who
/// died, and every start is counted.
/// </remarks>
public static class CrashGuard
{
    static readonly string CountStart = Sql.Beside(typeof(CrashGuard), nameof(CountStart));
    static readonly string ForgetStarts = Sql.Beside(typeof(CrashGuard), nameof(ForgetStarts));
    static readonly string TakeBackStarts = Sql.Beside(typeof(CrashGuard), nameof(TakeBackStarts));

    /// <exception cref="PoisonException">
    /// Too many processes died of it; or of one of several, and each is tried alone then. The first start on a node was
    /// not counted: as many are counted now as have died.
    /// </exception>
    public static async Task BeforeAsync(Envelope envelope, NpgsqlDataSource database, IWolverineRuntime runtime, MessagingOptions options, CancellationToken ct)
    {
        if (Suspects(envelope, runtime) is not { Length: > 0 } suspects)
        {
            return;
        }

        var starts = (await database.Query(CountStart, row => row.GetInt32(0), ct, suspects)).Max();
        var deaths = MessageFence.IsByPass(runtime) ? starts - 1 : starts;
        var isAlone = MessageFence.Messages(envelope).Count == 1;
        if (deaths >= (isAlone ? options.CrashesUntilDead : Math.Max(1, options.CrashesUntilDead / 2)))
        {
            // Whoever has a dead message handled once more begins at none. One of several has not begun yet.
            await Run(isAlone ? ForgetStarts : TakeBackStarts, suspects, database);
            throw new PoisonException(deaths);
        }
    }

    public static async Task FinallyAsync(Envelope envelope, NpgsqlDataSource database, IWolverineRuntime runtime)
    {
        if (Suspects(envelope, runtime) is { Length: > 0 } suspects)
        {
            try
            {
                await Run(ForgetStarts, suspects, database);
            }
            catch (NpgsqlException)
            {
                // The handler has ended all the same. A count that stays makes its message dead a little earlier, if it comes again.
            }
        }
    }

    static async Task Run(string statement, Guid[] messages, NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(statement);
        command.Parameters.Add(new NpgsqlParameter { Value = messages });
        await command.ExecuteNonQueryAsync();
    }

    static Guid[] Suspects(Envelope envelope, IWolverineRuntime runtime)
    {
        if (!MessageFence.IsInTable(envelope, runtime))
        {
            return [];
        }

        var members = BatchContext.For(envelope).Members;
        return MessageFence.IsByPass(runtime) || (members.Count == 0 && envelope.Attempts > 1)
            ? [.. MessageFence.Messages(envelope)]
            : [.. members.Where(member => member.Attempts > 1).Select(member => member.MessageId)];
    }
}

/// <summary>Every time it was handled, alone or with others, the process died.</summary>
public sealed class PoisonException(int times) : Exception($"It was begun {times} times, and each time the process died before it ended.");
