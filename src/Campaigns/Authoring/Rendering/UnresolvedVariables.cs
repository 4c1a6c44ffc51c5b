using HandlebarsDotNet;
using HandlebarsDotNet.IO;

namespace Campaigns.Authoring.Rendering;

/// <summary>Collects the variables that a rendering wanted to write and did not find: all of them, not just the first.</summary>
sealed class UnresolvedVariables : IFormatterProvider, IFormatter
{
    // A rendering is synchronous: it begins and ends on one thread.
    [ThreadStatic]
    static List<string>? names;

    public static void Begin() => names?.Clear();

    public static IReadOnlyList<string>? End() => names is { Count: > 0 } found ? [.. found.Distinct(StringComparer.Ordinal)] : null;

    public bool TryCreateFormatter(Type type, out IFormatter formatter)
    {
        formatter = this;
        return type == typeof(UndefinedBindingResult);
    }

    public void Format<T>(T value, in EncodedTextWriter writer)
    {
        if (value is UndefinedBindingResult undefined)
        {
            (names ??= []).Add(undefined.Value.Trim('[', ']'));
        }
    }
}
