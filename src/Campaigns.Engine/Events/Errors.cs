using Npgsql;

namespace Campaigns.Engine.Events;

/// <summary>The engine's own SQLSTATEs.</summary>
public static class EngineErrorCodes
{
    /// <summary>An append to an archived stream (Marten's code).</summary>
    public const string StreamIsArchived = "MT001";

    /// <summary>The expected version does not match (Marten's code).</summary>
    public const string UnexpectedVersion = "MT003";

    /// <summary>The checkpoint of an async projection is not where its owner left it.</summary>
    public const string CheckpointMoved = "CE002";

    /// <summary>The claim on a message ran out and another worker has it.</summary>
    public const string ClaimLost = "CE001";
}

/// <summary>Somebody else was faster: the commit changed nothing; load again and decide again.</summary>
public sealed class ConcurrencyException(string message, Exception inner) : Exception(message, inner);

public sealed class StreamIsArchivedException(string message, Exception inner) : Exception(message, inner);

/// <summary>The message was claimed by another worker meanwhile: this one's effects were rolled back.</summary>
public sealed class ClaimLostException(string message, Exception inner) : Exception(message, inner);

static class EngineErrors
{
    /// <summary>The exception that says what happened, or null where PostgreSQL's own says it best.</summary>
    public static Exception? Translate(PostgresException error) => error.SqlState switch
    {
        EngineErrorCodes.UnexpectedVersion => new ConcurrencyException(error.MessageText, error),
        EngineErrorCodes.StreamIsArchived => new StreamIsArchivedException(error.MessageText, error),
        EngineErrorCodes.ClaimLost => new ClaimLostException(error.MessageText, error),
        // Two commits that race for the same new row or wait for each other: one of them won, decide again.
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure =>
            new ConcurrencyException(error.MessageText, error),
        _ => null,
    };
}
