using Microsoft.Extensions.Logging;

namespace Campaigns;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Interrupted while {What}, trying again every second: {Reason}")]
    static partial void NotificationsInterrupted(ILogger log, Exception? trace, string what, string reason);

    // A database that is away for a moment is no error of ours: where it was noticed says nothing, and it is noticed everywhere.
    public static void NotificationsInterrupted(ILogger log, Exception error, string what) =>
        NotificationsInterrupted(log, Storage.Races.DatabaseIsAway(error) ? null : error, what, error.Message);

    [LoggerMessage(9, LogLevel.Error, "A subscriber to {Topic} failed")]
    public static partial void SubscriberFailed(ILogger log, Exception error, string topic);

    [LoggerMessage(10, LogLevel.Warning, "The leader of the nodes stands still: its connection {Connection} to PostgreSQL was ended, so that another node leads")]
    public static partial void LeaderStandsStill(ILogger log, int connection);

    [LoggerMessage(105, LogLevel.Warning, "{Count} messages lay in the outbox of this node for {Seconds} s: they are given back, and sent by whoever recovers them")]
    public static partial void UnsentMessages(ILogger log, int count, double seconds);

    [LoggerMessage(108, LogLevel.Warning, "{Count} messages waited in the inbox of this node for {Seconds} s without being in its memory: they are given back, and handled by whoever recovers them")]
    public static partial void ForgottenMessages(ILogger log, int count, double seconds);

    [LoggerMessage(11, LogLevel.Warning, "Message {Message} of kind {Kind} failed here, and is another node's by now: it is left to that node")]
    public static partial void FailedElsewhere(ILogger log, Guid message, string? kind);

    [LoggerMessage(106, LogLevel.Error, "{Why}")]
    public static partial void ClockIsWrong(ILogger log, string why);

    [LoggerMessage(109, LogLevel.Warning, "Batch {Batch} of campaign {Campaign} was taken from this node while it stood still: what it knows of {Count} recipients is on record now, and nobody of them is in doubt any more")]
    public static partial void LateResults(ILogger log, int batch, Guid campaign, int count);

    [LoggerMessage(111, LogLevel.Error, "This node leaves the others because of its clock: it takes up work again when it is started with a clock that is right")]
    public static partial void LeavesForItsClock(ILogger log);

    [LoggerMessage(107, LogLevel.Information, "The clock of this node is right again")]
    public static partial void ClockIsRight(ILogger log);

    [LoggerMessage(102, LogLevel.Error, "A breaker paused campaign {Campaign}: {Reason}. Mend that, then resume the campaign")]
    public static partial void BreakerPaused(ILogger log, Guid campaign, string reason);

    [LoggerMessage(103, LogLevel.Error, "A breaker paused sender {Sender}: {Reason}. Mend that, then resume the sender")]
    public static partial void BreakerPausedSender(ILogger log, Guid sender, string reason);

    [LoggerMessage(101, LogLevel.Error, "Handing over the message of recipient {Recipient} failed")]
    public static partial void HandoverFailed(ILogger log, Exception error, Guid recipient);

    [LoggerMessage(110, LogLevel.Warning, "A webhook of {Provider} was signed too long ago, or in the future: it is kept as {Body}, and read where somebody replays it. Are both clocks right?")]
    public static partial void LateWebhook(ILogger log, string provider, Guid body);

    [LoggerMessage(112, LogLevel.Debug, "{Sample} could not be read")]
    public static partial void SampleFailed(ILogger log, Exception error, string sample);

    [LoggerMessage(104, LogLevel.Warning, "{Count} messages of batch {Batch} of campaign {Campaign} could not be asked about in look-up {Check}: {Reason}")]
    public static partial void LookUpUnavailable(ILogger log, int count, int batch, Guid campaign, int check, string reason);
}
