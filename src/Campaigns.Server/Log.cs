namespace Campaigns.Server;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The page {Path} cannot be shown: the database does not answer")]
    public static partial void PageFailed(ILogger log, Exception error, string path);
}
