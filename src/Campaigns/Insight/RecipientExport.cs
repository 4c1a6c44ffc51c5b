using System.Globalization;
using System.Text;
using System.Text.Json;
using Campaigns.Http;

namespace Campaigns.Insight;

/// <summary>The recipients of a campaign as a file, a page in memory at a time.</summary>
static class RecipientExport
{
    const string Columns =
        "id,contactId,email,status,reason,batch,queuedAt,sentAt,deliveredAt,openedAt,clickedAt,bouncedAt,complainedAt,unsubscribedAt,timedOutAt,"
        + "channel,phone,senderId\r\n";

    static readonly byte[] LineEnd = "\n"u8.ToArray();

    public static async Task WriteCsv(IAsyncEnumerable<RecipientView> recipients, Stream body, CancellationToken ct)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(true)); // the mark is what makes Excel read it as UTF-8
        await writer.WriteAsync(Columns);
        await foreach (var row in recipients.WithCancellation(ct))
        {
            var status = JsonNamingPolicy.CamelCase.ConvertName(row.Status.ToString());
            var channel = JsonNamingPolicy.CamelCase.ConvertName(row.Channel.ToString());
            await writer.WriteAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Id},{row.ContactId},{CsvCell.Of(row.Email)},{status},{CsvCell.Of(row.Reason)},{row.Batch},{row.QueuedAt:O},{row.SentAt:O},"));
            await writer.WriteAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.DeliveredAt:O},{row.OpenedAt:O},{row.ClickedAt:O},{row.BouncedAt:O},{row.ComplainedAt:O},{row.UnsubscribedAt:O},{row.TimedOutAt:O},"));
            await writer.WriteAsync($"{channel},{CsvCell.Of(row.Phone)},{row.SenderId}\r\n");
        }
    }

    public static async Task WriteNdjson(IAsyncEnumerable<RecipientView> recipients, JsonSerializerOptions json, Stream body, CancellationToken ct)
    {
        await using var buffer = new BufferedStream(body, 64 * 1024);
        await foreach (var row in recipients.WithCancellation(ct))
        {
            await JsonSerializer.SerializeAsync(buffer, row, json, ct);
            await buffer.WriteAsync(LineEnd, ct);
        }
    }
}
