namespace Campaigns.Server;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The page {Path} cannot be shown: the database does not answer: {Reason}")]
    public static partial void PageFailed(ILogger log, string path, string reason);
}
