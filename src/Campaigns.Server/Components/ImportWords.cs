using Campaigns.Audience.Import;

namespace Campaigns.Server.Components;

/// <summary>An import, as a person would tell it.</summary>
static class ImportWords
{
    public static string Name(ImportReport import) => string.IsNullOrWhiteSpace(import.FileName) ? "A file without a name" : import.FileName;

    public static string Status(ImportReport import) => import.Status switch
    {
        ImportStatus.Queued => "Waits",
        ImportStatus.Running => "Under way",
        _ => import.Status.ToString(),
    };

    /// <summary>The name of its state in the style sheet.</summary>
    public static string Tone(ImportReport import) => import.Status switch
    {
        ImportStatus.Completed => "completed",
        ImportStatus.Failed => "failed",
        _ => "sending",
    };

    public static bool IsUnderWay(ImportReport import) => import.Status is ImportStatus.Queued or ImportStatus.Running;

    /// <summary>How much of the file is in, in hundredths; null where nobody knows how long it is.</summary>
    public static double? Done(ImportReport import) => import switch
    {
        { Status: ImportStatus.Completed } => 100,
        { Bytes: { } bytes and > 0, BytesTaken: { } taken } => 100.0 * taken / bytes,
        _ => null,
    };

    public static Bar Bar(ImportReport import, double done) =>
        new(done, [new BarPart(import.Status switch { ImportStatus.Completed => "sent", ImportStatus.Failed => "failed", _ => "sending" }, 0, done)]);

    public static string Existing(ExistingContacts existing) => existing switch
    {
        ExistingContacts.Update => "get the values of the file",
        ExistingContacts.Fill => "get what they lack",
        _ => "stay as they are",
    };
}
