using Campaigns.Storage;

namespace Campaigns.Segments;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

public sealed record SegmentCreated(SegmentDefinition Definition);

public sealed record SegmentRevised(SegmentDefinition Definition);

public sealed record SegmentDeleted;

/// <summary>Who belongs to a segment.</summary>
/// <param name="Name">For the people who work with it.</param>
public sealed record SegmentDefinition(string Name, Condition Condition)
{
    const int LongestName = 200;

    /// <summary>The form in which it is kept. Only of what has no errors.</summary>
    public SegmentDefinition Normalise() => new(Name.Trim(), Condition.Normalise());

    /// <returns>What is wrong, by member; empty when nothing is.</returns>
    public IDictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(Name) || Name.Trim().Length > LongestName || Name.Any(char.IsControl))
        {
            errors["name"] = [$"A segment has a name: one line of 1 to {LongestName} characters."];
        }

        foreach (var (member, why) in Condition?.Errors() ?? [("condition", "A segment has a condition.")])
        {
            errors.TryAdd(member, [why]);
        }

        return errors;
    }
}

/// <summary>A segment as it is now: contacts who fulfil a condition, whoever they are at that moment.</summary>
/// <param name="Revision">How often it was written: 1 after it was created, 0 where there is no such segment.</param>
public sealed record Segment(SegmentDefinition Definition, int Revision, bool Deleted) : IStreamState<Segment>
{
    public static readonly Segment Initial = new(new SegmentDefinition("", new Condition()), 0, false);

    /// <inheritdoc/>
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public static Segment Begin(Guid id) => Initial with { Id = id };

    public Segment Evolve(object fact) => fact switch
    {
        SegmentCreated created => this with { Definition = created.Definition, Revision = 1 },
        SegmentRevised revised => this with { Definition = revised.Definition, Revision = Revision + 1 },
        SegmentDeleted => this with { Deleted = true },
        _ => this,
    };
}
