using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.Runtime;

namespace Campaigns.Storage;

/// <summary>The clock of the machine, whatever clock the application goes by.</summary>
public sealed record MachineClock(TimeProvider Now);

/// <summary>
/// Compares the clock of this machine with the database's, which all nodes share. What is due goes by it: a node two days ahead would send the daily
/// batch of the day after tomorrow, and take all others for dead, whose signs of life are two days old to it. So a node with workers joins them when
/// its clock is right, and leaves them when it is not.
/// </summary>
public sealed class NodeClock(
    NpgsqlDataSource database, MachineClock machine, TimeProvider clock, MessagingOptions options, IHostApplicationLifetime lifetime, IServiceProvider services,
    ILogger<NodeClock> log) : BackgroundService
{
    static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    /// <summary>Two clocks of one machine never drift apart by so much between two looks.</summary>
    static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    TimeSpan? ahead;
    Moment? looked;
    bool hasJoined;

    /// <summary>By how much the clock of this machine is ahead of the database's, less than 0 where it is behind; null while it was not compared yet.</summary>
    public TimeSpan? Ahead => ahead;

    /// <summary>Why nothing is handled here, for people; null while the clock is right, or was not compared yet.</summary>
    public string? Wrong => ahead is { } by && by.Duration() > options.ClockTolerance
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"The clock of this node is {by.Duration().TotalSeconds:0.0} s {(by > TimeSpan.Zero ? "ahead of" : "behind")} the database's. Set it right (NTP); until then this node handles nothing")
        : null;

    /// <summary>Completes when the clock is right.</summary>
    /// <param name="tell">Takes what it waits for, each thing once.</param>
    public async Task WaitUntilRight(Action<string> tell, CancellationToken ct)
    {
        await Compare(ct);
        if (Wrong is { } why)
        {
            tell($"{why}.");
        }

        var isTold = false;
        while (Wrong is not null)
        {
            await Task.Delay(Between, machine.Now, ct);
            if (!await CompareIfAnswered(ct) && !isTold)
            {
                tell("PostgreSQL does not answer any more: this server waits for it, too.");
                isTold = true;
            }
        }
    }

    /// <exception cref="ClockIsWrongException">It is wrong.</exception>
    public async Task Ensure(CancellationToken ct)
    {
        if (WasMoved())
        {
            await Compare(ct);
        }

        if (Wrong is { } why)
        {
            throw new ClockIsWrongException(why);
        }
    }

    // Without a question to anybody, before every handler: between two looks a clock that jumps would have everything handled that is due by it.
    bool WasMoved() => Volatile.Read(ref looked) is not { } then
        || (machine.Now.GetUtcNow() - then.At - machine.Now.GetElapsedTime(then.Timestamp)).Duration() > Step;

    public async Task Compare(CancellationToken ct)
    {
        var before = Moment.Of(machine.Now);
        var theirs = (await database.Query("select clock_timestamp()", row => row.GetFieldValue<DateTimeOffset>(0), ct)).Single();
        // Somewhere in that time they looked at theirs: how long the question took nobody is wrong by.
        var unsure = machine.Now.GetElapsedTime(before.Timestamp) / 2;
        (clock as DatabaseClock)?.GoBy(before, theirs - unsure, unsure);
        var differs = before.At + unsure - theirs;
        var was = Wrong;
        ahead = differs.Duration() <= unsure ? TimeSpan.Zero : differs > TimeSpan.Zero ? differs - unsure : differs + unsure;
        Volatile.Write(ref looked, before);
        if (Wrong is { } why && was is null)
        {
            Log.ClockIsWrong(log, why);
            if (hasJoined && !MessageFence.IsByPass(services.GetRequiredService<IWolverineRuntime>()))
            {
                Log.LeavesForItsClock(log);
                lifetime.StopApplication();
            }
        }
        else if (Wrong is null && was is not null)
        {
            Log.ClockIsRight(log);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        hasJoined = true;
        using var timer = new PeriodicTimer(Between, machine.Now);
        do
        {
            await CompareIfAnswered(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <returns>False where the database did not answer.</returns>
    async Task<bool> CompareIfAnswered(CancellationToken ct)
    {
        try
        {
            await Compare(ct);
            return true;
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            // The database is away: nothing is handled then anyway. Or somebody set this very clock, by which a connection's time to open goes.
            return false;
        }
    }
}

/// <summary>
/// Before any handler: on a node whose clock is wrong nothing is due. Nor is what such a node took up before its time and gave back: nobody schedules it anew.
/// </summary>
public static class ClockGuard
{
    public static async Task BeforeAsync(Envelope envelope, NodeClock node, TimeProvider clock, MessagingOptions options, CancellationToken ct)
    {
        await node.Ensure(ct);
        if (envelope.ScheduledTime is { } due && due > clock.GetUtcNow() + options.ClockTolerance)
        {
            throw new NotDueException(due);
        }
    }
}

/// <summary>Nobody can say here what time it is.</summary>
public sealed class ClockIsWrongException(string why) : Exception(why);

/// <summary>Somebody took the message up too early.</summary>
public sealed class NotDueException(DateTimeOffset due) : Exception($"It is due at {due:O} only.");
