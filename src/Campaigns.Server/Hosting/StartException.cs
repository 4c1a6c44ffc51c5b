using System.Net.Sockets;
using Campaigns.Server.Postgres;
using Campaigns.Storage.Schema;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Campaigns.Server.Hosting;

/// <summary>The server or a command cannot start; the message is for the person who started it.</summary>
public sealed class StartException(string message) : Exception(message)
{
    /// <returns>What to tell; null for what is a bug of ours.</returns>
    public static StartException? Explain(Exception error, string? urls = null) => error switch
    {
        StartException start => start,
        OptionsValidationException invalid => new StartException(string.Join(" ", invalid.Failures)),
        EmbeddedPostgresException or SchemaIsNewerException or SchemaIsFormerException => new StartException(error.Message),
        IOException { InnerException: AddressInUseException or SocketException } => new StartException(
            $"{error.Message.TrimEnd('.')}. Is another server running? Choose another address with --port PORT (now {urls}), and for the sandbox with Sandbox__Url."),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied => new StartException(
            $"The database user lacks a right: {denied.MessageText}. Use the one the servers use; doctor and rebuilds need the right to create schemas too."),
        PostgresException refused when refused.SqlState[..2] is "28" or "3D" or "53" => // who, which database, too many
            new StartException($"PostgreSQL refuses the connection: {refused.MessageText}. Check ConnectionStrings__Campaigns."),
        PostgresException refused => new StartException($"PostgreSQL refuses: {refused.MessageText} ({refused.SqlState})."),
        NpgsqlException failed => new StartException(
            $"PostgreSQL cannot be reached: {(failed.InnerException?.Message ?? failed.Message).TrimEnd('.')}. Check ConnectionStrings__Campaigns, or leave it out for a private PostgreSQL."),
        ArgumentException when error.StackTrace?.Contains("Npgsql", StringComparison.Ordinal) == true =>
            new StartException($"ConnectionStrings__Campaigns cannot be read: {error.Message}"),
        _ => null,
    };
}
