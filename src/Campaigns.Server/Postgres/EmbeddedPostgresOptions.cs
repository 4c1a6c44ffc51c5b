namespace Campaigns.Server.Postgres;

/// <summary>Where the private PostgreSQL keeps its data, and with which binaries it runs.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The server's data folder, e.g. ".data"; the cluster lies in its subfolder "postgres".</summary>
    public required string DataFolder { get; init; }

    /// <summary>False gives up safety against power failure for speed: only for tests.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>The folder of initdb, pg_ctl and postgres; null looks on PATH and in the usual install folders.</summary>
    public string? BinariesFolder { get; init; }
}
