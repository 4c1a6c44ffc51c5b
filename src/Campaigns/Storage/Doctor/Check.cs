namespace Campaigns.Storage.Doctor;

/// <summary>One question to the database. It changes nothing, and nobody who works with the database waits for it.</summary>
public abstract class Check
{
    /// <summary>How people choose it on the command line.</summary>
    public abstract string Name { get; }

    /// <param name="progress">Told in words how far it is, where it takes long.</param>
    public abstract Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct);
}

/// <summary>What a check comes to.</summary>
/// <param name="Examined">How many things were looked at.</param>
/// <param name="Things">What these things are, for example <c>streams</c>.</param>
public sealed record Diagnosis(long Examined, string Things, IReadOnlyList<Finding> Findings)
{
    public int Problems => Findings.Count(finding => finding.Severity == Severity.Problem);
}

/// <summary>Something that was found.</summary>
/// <param name="Severity">A problem has to be mended; a note is worth knowing.</param>
/// <param name="Examples">The first few things that it is true of.</param>
public sealed record Finding(Severity Severity, string Text, IReadOnlyList<string> Examples)
{
    public static Finding Problem(string text, params IReadOnlyList<string> examples) => new(Severity.Problem, text, examples);

    public static Finding Note(string text, params IReadOnlyList<string> examples) => new(Severity.Note, text, examples);
}

public enum Severity { Note, Problem }
