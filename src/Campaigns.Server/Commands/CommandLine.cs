using System.CommandLine;
using Campaigns.Server.Demo;
using Campaigns.Server.Hosting;
using Campaigns.Storage.Rebuild;
using Campaigns.Storage.Schema;
using Npgsql;

namespace Campaigns.Server.Commands;

/// <summary>The commands of the one executable. Without a command it serves.</summary>
static class CommandLine
{
    /// <summary>As a shell counts an interrupted program.</summary>
    const int Interrupted = 130;

    public static async Task<int> Run(string[] args)
    {
        // What follows no command are settings for the host, such as --urls.
        var commandLine = args.Length == 0 || (args[0].StartsWith('-') && args[0] is not ("--help" or "-h" or "-?" or "--version"))
            ? ["serve", .. args]
            : args;
        var root = new RootCommand("Campaigns: outreach campaigns by e-mail and SMS. Without a command, runs the server.")
        {
            ServeCommand(), DemoCommand.Create(), Migrate.Command(), Projections.Command(), Events.Command(), Messages.Command(), Doctor.Command(),
            Keys.Command(), ProviderCredentials.Command(), JasperFx.Command(),
        };
        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30), // after Ctrl-C, for PostgreSQL to stop and what is temporary to go
        };
        return await root.Parse(commandLine).InvokeAsync(invocation);
    }

    /// <summary>Runs a command; what stands in its way becomes one line and exit code 1.</summary>
    public static async Task<int> Guarded(Func<CancellationToken, Task<int>> command, CancellationToken ct)
    {
        try
        {
            return await command(ct);
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            return Interrupted; // and whatever failed because of it is no news
        }
        catch (StartException error)
        {
            await Console.Error.WriteLineAsync($"Campaigns cannot start. {error.Message}");
            return 1;
        }
        catch (Exception error) when (error is SchemaIsNewerException or SchemaIsFormerException or RebuildRefusedException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception error) when (Cause<PostgresException>(error) is { } refused && StartException.Explain(refused) is { } explained)
        {
            await Console.Error.WriteLineAsync($"The command was given up. {explained.Message}");
            return 1;
        }
        catch (Exception error) when (Cause<NpgsqlException>(error) is { } lost)
        {
            var why = (lost.InnerException?.Message ?? lost.Message).TrimEnd('.');
            await Console.Error.WriteLineAsync($"The command was given up. The connection to PostgreSQL was lost: {why}. Run it again.");
            return 1;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The command was given up. {error.Message}");
            return 1;
        }

        // Marten puts an exception of its own around those of its commands.
        static T? Cause<T>(Exception error)
            where T : Exception => error as T ?? error.InnerException as T;
    }

    static Command ServeCommand()
    {
        var port = new Option<string?>("--port") { HelpName = "number", Description = "Listen on this port instead of 5080, or of that in Urls" };
        var command = new Command("serve", "Run the server (the default). Takes any setting of docs/operations.md as an option, such as --urls")
        {
            port,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, ct) => Guarded(token => Serve.Run([.. parsed.UnmatchedTokens], parsed.GetValue(port), token), ct));
        return command;
    }
}
