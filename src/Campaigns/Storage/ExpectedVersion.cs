namespace Campaigns.Storage;

/// <summary>What an append expects of its stream; the commit is refused when it does not hold.</summary>
public readonly record struct ExpectedVersion
{
    ExpectedVersion(long value) => Value = value;

    internal long Value { get; }

    public static readonly ExpectedVersion MustNotExist = new(0);

    /// <summary>Whatever is there; a missing stream is begun.</summary>
    public static readonly ExpectedVersion Any = new(-1);

    public static readonly ExpectedVersion MustExist = new(-2);

    /// <summary>Exactly this version; 0 means that the stream must not exist.</summary>
    public static ExpectedVersion Exactly(long version) =>
        version >= 0 ? new(version) : throw new ArgumentOutOfRangeException(nameof(version), version, "A version is never negative.");
}
