namespace Campaigns.Server;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The page {Path} cannot be shown: the database does not answer: {Reason}")]
    public static partial void PageFailed(ILogger log, string path, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Messages carry no link to unsubscribe, which mailbox providers ask of bulk mail: set PublicUrl to the https address of this server, and Secrets:Key")]
    public static partial void NoUnsubscribeLinks(ILogger log);

    [LoggerMessage(3, LogLevel.Warning, "What SendGrid posts about the configured account is refused, so nothing comes back of deliveries, bounces and complaints: set SendGrid:WebhookPublicKey")]
    public static partial void NoWebhookKey(ILogger log);

    [LoggerMessage(4, LogLevel.Warning, "The start waits for RabbitMQ at {Host}:{Port}, which cannot be reached: {Reason}. It goes on when the broker comes; Messaging:RabbitMq says where it is")]
    public static partial void WaitsForBroker(ILogger log, string host, int port, string reason);
}
