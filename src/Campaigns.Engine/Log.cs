using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Engine;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Interrupted while {What}, trying again every second: {Reason}")]
    static partial void NotificationsInterrupted(ILogger log, Exception? trace, string what, string reason);

    public static void NotificationsInterrupted(ILogger log, Exception error, string what) =>
        NotificationsInterrupted(log, Trace(error), what, error.Message);

    [LoggerMessage(2, LogLevel.Warning, "{Count} messages {Kind} failed together; handling them one by one")]
    public static partial void BatchTakenApart(ILogger log, Exception error, int count, string kind);

    [LoggerMessage(3, LogLevel.Warning, "The claim on message {Kind} {Id} ran out; another worker has it")]
    public static partial void ClaimLost(ILogger log, string kind, Guid id);

    [LoggerMessage(4, LogLevel.Warning, "Message {Kind} {Id} failed in attempt {Attempt}; due again at {Due}")]
    public static partial void MessageFailed(ILogger log, Exception error, string kind, Guid id, int attempt, DateTimeOffset due);

    [LoggerMessage(5, LogLevel.Error, "Message {Kind} {Id} is dead: {Reason}")]
    public static partial void MessageDied(ILogger log, string kind, Guid id, string reason);

    [LoggerMessage(6, LogLevel.Warning, "Claiming from queue {Queue} failed, trying again every second: {Reason}")]
    static partial void ClaimingFailed(ILogger log, Exception? trace, string queue, string reason);

    public static void ClaimingFailed(ILogger log, Exception error, string queue) => ClaimingFailed(log, Trace(error), queue, error.Message);

    [LoggerMessage(7, LogLevel.Warning, "The end of {Count} messages of queue {Queue} was not recorded, they come again: {Reason}")]
    static partial void EndNotRecorded(ILogger log, Exception? trace, int count, string queue, string reason);

    public static void EndNotRecorded(ILogger log, Exception error, int count, string queue) =>
        EndNotRecorded(log, Trace(error), count, queue, error.Message);

    [LoggerMessage(8, LogLevel.Warning, "Renewing the claims of queue {Queue} failed: {Reason}")]
    static partial void RenewalFailed(ILogger log, Exception? trace, string queue, string reason);

    public static void RenewalFailed(ILogger log, Exception error, string queue) => RenewalFailed(log, Trace(error), queue, error.Message);

    [LoggerMessage(9, LogLevel.Error, "A subscriber to {Topic} failed")]
    public static partial void SubscriberFailed(ILogger log, Exception error, string topic);

    [LoggerMessage(10, LogLevel.Error, "Nobody could be told of the death of message {Kind} {Id}")]
    public static partial void DeathNotTold(ILogger log, Exception error, string kind, Guid id);

    [LoggerMessage(11, LogLevel.Warning, "Sending the messages of the schedules failed, trying again every second: {Reason}")]
    static partial void SchedulesInterrupted(ILogger log, Exception? trace, string reason);

    public static void SchedulesInterrupted(ILogger log, Exception error) => SchedulesInterrupted(log, Trace(error), error.Message);

    [LoggerMessage(12, LogLevel.Warning, "Message {Kind} {Id} has ended or is another worker's by now, whatever happened here: {Reason}")]
    public static partial void NotOursToBury(ILogger log, string kind, Guid id, string reason);

    [LoggerMessage(20, LogLevel.Warning, "The projection daemon was interrupted, trying again: {Reason}")]
    static partial void DaemonInterrupted(ILogger log, Exception? trace, string reason);

    public static void DaemonInterrupted(ILogger log, Exception error) => DaemonInterrupted(log, Trace(error), error.Message);

    // A database that is away for a moment is no error of ours: where it was noticed says nothing, and it is noticed everywhere.
    static Exception? Trace(Exception error) => error is NpgsqlException { IsTransient: true } ? null : error;
}
