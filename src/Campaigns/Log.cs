using Microsoft.Extensions.Logging;

namespace Campaigns;

static partial class Log
{
    [LoggerMessage(101, LogLevel.Error, "Handing over the message of recipient {Recipient} failed")]
    public static partial void HandoverFailed(ILogger log, Exception error, Guid recipient);
}
