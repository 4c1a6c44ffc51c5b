namespace Campaigns.Limits;

/// <summary>Twice as long each time, give or take a tenth.</summary>
public static class Backoff
{
    /// <param name="times">How often there was a wait before; 0 for the first one.</param>
    /// <param name="draw">0 to 1: where in the tenth.</param>
    public static TimeSpan After(int times, TimeSpan first, TimeSpan longest, double draw)
    {
        var wait = first * Math.Pow(2, Math.Min(times, 30)) * (0.9 + (0.2 * draw));
        return wait < longest ? wait : longest;
    }
}
