using System.CommandLine;
using JasperFx;

namespace Campaigns.Server.Commands;

/// <summary>The command line that Marten and Wolverine bring along, over this program's configuration.</summary>
static class JasperFx
{
    /// <summary>Those that only look. The others would empty or tear down tables in service, or start a node.</summary>
    static readonly string[][] Allowed = [["describe"], ["codegen", "preview"], ["check-env"], ["help"], ["storage", "counts"]];

    public static Command Command()
    {
        var command = new Command("jasperfx", "The tools of Marten and Wolverine, for example: jasperfx describe, jasperfx storage counts, jasperfx codegen preview")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, ct) => CommandLine.Guarded(token => Run([.. parsed.UnmatchedTokens], token), ct));
        return command;
    }

    static async Task<int> Run(string[] args, CancellationToken ct)
    {
        if (!Allowed.Any(command => args.Take(command.Length).SequenceEqual(command, StringComparer.OrdinalIgnoreCase)))
        {
            var allowed = string.Join(", ", Allowed.Select(command => $"'{string.Join(' ', command)}'"));
            await Console.Error.WriteLineAsync(
                $"Of their commands there are here: {allowed}. For changes: 'migrate' makes tables, 'projections rebuild' makes rows anew, 'serve' runs a server.");
            return 1;
        }

        await using var database = await DatabaseAccess.Open(SchemaNeed.Any, ct);
        return await database.Host.RunJasperFxCommands(args);
    }
}
