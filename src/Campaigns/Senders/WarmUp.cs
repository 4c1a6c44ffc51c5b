using System.Globalization;

namespace Campaigns.Senders;

/// <summary>Lets a new sender begin with few messages and grow: mailbox providers distrust whoever is suddenly loud.</summary>
/// <param name="HourlyCaps">Messages an hour by age in days, beginning with day 0; null for SendGrid's published table, WarmUp.csv.</param>
public sealed record WarmUp(DateTimeOffset StartedAt, IReadOnlyList<int>? HourlyCaps = null)
{
    static readonly int[] Published = Read();

    /// <summary>Messages that the sender may send in this hour; null once the warm-up is over.</summary>
    public int? HourlyCap(DateTimeOffset now)
    {
        var caps = HourlyCaps ?? Published;
        var days = Math.Max(0, (now - StartedAt).Days); // before the start as on its first day
        return days < caps.Count ? caps[days] : null;
    }

    static int[] Read()
    {
        using var file = typeof(WarmUp).Assembly.GetManifestResourceStream(typeof(WarmUp), "WarmUp.csv")!;
        using var reader = new StreamReader(file);
        return
        [
            .. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Skip(1).Select(line => int.Parse(line.Split(',')[1], CultureInfo.InvariantCulture)),
        ];
    }
}
