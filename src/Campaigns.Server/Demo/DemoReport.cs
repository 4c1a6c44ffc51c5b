using System.Text.Json;
using Campaigns.Insight;
using Campaigns.Sandbox;
using Spectre.Console;

namespace Campaigns.Server.Demo;

/// <summary>What a demo came to: our own numbers beside those of the provider.</summary>
sealed record DemoReport(
    long Contacts, DemoSkipped Skipped, long Recipients, long Sent, long Delivered, long Opened, long Clicked, long Bounced, long Complained,
    long Unsubscribed, long Failed, long InDoubt, long TimedOut, long AcceptedByProvider, long DuplicatesAtProvider, long Events, double Seconds,
    double MessagesPerSecond)
{
    public static DemoReport Of(long contacts, long duplicate, long invalid, CampaignProgress progress, SandboxCounts provider, long events, TimeSpan sending) => new(
        contacts, new DemoSkipped(duplicate, invalid, progress.Skipped), progress.Recipients, progress.Sent, progress.Delivered, progress.Opened,
        progress.Clicked, progress.Bounced, progress.Complained, progress.Unsubscribed, progress.Failed, progress.InDoubt, progress.TimedOut,
        provider.Accepted, provider.Duplicates, events, Math.Round(sending.TotalSeconds, 2), Math.Round(progress.Sent / sending.TotalSeconds, 1));

    /// <returns>What does not fit together; empty when everything does.</returns>
    public IEnumerable<string> Contradictions()
    {
        if (Contacts != Skipped.Duplicate + Skipped.Invalid + Skipped.Suppressed + Recipients)
        {
            yield return "contacts are not the skipped and the recipients";
        }

        if (Recipients != Sent + Failed + InDoubt)
        {
            yield return "recipients are not the sent, the failed and those in doubt";
        }

        if (AcceptedByProvider != Sent)
        {
            yield return $"the provider accepted {AcceptedByProvider}, the campaign counts {Sent}";
        }

        if (DuplicatesAtProvider != 0)
        {
            yield return $"the provider got {DuplicatesAtProvider} messages twice";
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public void Print(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
        void Row(string name, long count) => table.AddRow(name, count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture));

        Row("Contacts in the file", Contacts);
        Row("  skipped: duplicate", Skipped.Duplicate);
        Row("  skipped: invalid address", Skipped.Invalid);
        Row("  skipped: suppressed", Skipped.Suppressed);
        Row("Recipients", Recipients);
        Row("  sent", Sent);
        Row("  failed", Failed);
        Row("  in doubt", InDoubt);
        Row("Delivered", Delivered);
        Row("Opened", Opened);
        Row("Clicked", Clicked);
        Row("Bounced", Bounced);
        Row("Complained", Complained);
        Row("Unsubscribed", Unsubscribed);
        Row("Not opened in time", TimedOut);
        Row("Accepted by the provider", AcceptedByProvider);
        Row("  of them twice", DuplicatesAtProvider);
        Row("Events stored", Events);
        console.Write(table);
        console.MarkupLineInterpolated($"Sent in {Seconds:0.0} s, [bold]{MessagesPerSecond:N0}[/] messages a second.");
    }
}

sealed record DemoSkipped(long Duplicate, long Invalid, long Suppressed);
