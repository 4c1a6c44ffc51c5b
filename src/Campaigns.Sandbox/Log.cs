using Microsoft.Extensions.Logging;

namespace Campaigns.Sandbox;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The event webhook {Webhook} does not take events, they are kept and posted again: {Reason}")]
    public static partial void WebhookRefuses(ILogger logger, Uri webhook, string reason);

    [LoggerMessage(2, LogLevel.Information, "The event webhook {Webhook} takes events again.")]
    public static partial void WebhookRecovered(ILogger logger, Uri webhook);

    [LoggerMessage(3, LogLevel.Critical, "The sandbox stopped making events.")]
    public static partial void PumpFailed(ILogger logger, Exception exception);
}
