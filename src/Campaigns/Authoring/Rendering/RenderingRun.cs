using System.Diagnostics;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// What one rendering may cost, and what it finds missing. A rendering is synchronous: it begins and ends on one thread, where the hooks of the
/// library find it.
/// </summary>
sealed class RenderingRun(CancellationToken ct) : IDisposable
{
    /// <summary>Looking up a field, writing a value and calling a helper are a step each; a turn of a loop is one for each expression in it.</summary>
    public const int MostSteps = 200_000;

    /// <summary>A net below the steps, wide enough for a machine that has no time.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    const int StepsBetweenLooks = 64;

    [ThreadStatic]
    static RenderingRun? current;

    readonly long startedAt = Stopwatch.GetTimestamp();
    int left = MostSteps;
    int untilLook = StepsBetweenLooks;
    List<string>? missing;

    /// <summary>The one of this thread.</summary>
    public static RenderingRun Current => current ?? throw new InvalidOperationException("Nothing is rendered on this thread.");

    /// <summary>Every variable that was to be written and is not there, each once; null where none is missing.</summary>
    public IReadOnlyList<string>? Missing => missing is null ? null : [.. missing.Distinct(StringComparer.Ordinal)];

    /// <exception cref="OperationCanceledException">Whoever asked does not wait any more.</exception>
    public static RenderingRun Begin(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return current = new RenderingRun(ct);
    }

    /// <exception cref="RenderingTooLong">It has had its share.</exception>
    /// <exception cref="OperationCanceledException">Whoever asked does not wait any more.</exception>
    public void Step(int steps = 1)
    {
        left -= steps;
        if (left < 0)
        {
            throw new RenderingTooLong($"The message would take more than {MostSteps} steps to write: loop over less, or write less in the loop.", false);
        }

        untilLook -= steps;
        if (untilLook <= 0)
        {
            untilLook = StepsBetweenLooks;
            ct.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(startedAt) > Longest)
            {
                throw new RenderingTooLong($"The message takes longer than {Longest.TotalSeconds:0} s to write.", true);
            }
        }
    }

    public void AddMissing(string name) => (missing ??= []).Add(name);

    public void Dispose() => current = null;
}

/// <summary>A rendering was stopped because it costs too much.</summary>
/// <param name="isByTime">By the clock, which goes on while the process stands still; steps do not.</param>
sealed class RenderingTooLong(string message, bool isByTime) : Exception(message)
{
    public bool IsByTime => isByTime;
}
