using Campaigns.Insight;

namespace Campaigns.Server.Components;

/// <summary>A progress bar: the recipients with a result, by result, and those in the provider's hands. In hundredths of everybody.</summary>
public sealed record Bar(double Done, IReadOnlyList<BarPart> Parts)
{
    public static Bar Of(CampaignProgress progress)
    {
        var parts = new List<BarPart>();
        var from = 0.0;
        foreach (var (name, count) in new[]
                 {
                     ("sent", progress.Sent), ("failed", progress.Failed), ("doubt", progress.InDoubt), ("sending", progress.Sending),
                 })
        {
            var width = progress.Recipients == 0 ? 0 : 100.0 * count / progress.Recipients;
            parts.Add(new BarPart(name, from, width));
            from += width;
        }

        return new Bar(100 * progress.Done, parts);
    }
}

public sealed record BarPart(string Name, double From, double Width);
