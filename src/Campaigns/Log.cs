using Microsoft.Extensions.Logging;

namespace Campaigns;

static partial class Log
{
    [LoggerMessage(102, LogLevel.Error, "A breaker paused campaign {Campaign} ({Name}): {Reason}. Mend that, then resume the campaign")]
    public static partial void BreakerPaused(ILogger log, Guid campaign, string name, string reason);

    [LoggerMessage(103, LogLevel.Error, "A breaker paused sender {Sender}: {Reason}. Mend that, then resume the sender")]
    public static partial void BreakerPausedSender(ILogger log, Guid sender, string reason);

    [LoggerMessage(101, LogLevel.Error, "Handing over the message of recipient {Recipient} failed")]
    public static partial void HandoverFailed(ILogger log, Exception error, Guid recipient);

    [LoggerMessage(104, LogLevel.Warning, "{Count} messages of batch {Batch} of campaign {Campaign} could not be asked about in look-up {Check}: {Reason}")]
    public static partial void LookUpUnavailable(ILogger log, int count, int batch, Guid campaign, int check, string reason);
}
