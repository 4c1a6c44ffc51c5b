using System.CommandLine;
using Campaigns.Storage.Schema;

namespace Campaigns.Server.Commands;

static class Migrate
{
    public static Command Command()
    {
        var command = new Command("migrate", "Bring the database to the newest schema; a server does it by itself when it starts");
        command.SetAction((_, ct) => CommandLine.Guarded(Run, ct));
        return command;
    }

    static async Task<int> Run(CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Any, ct);
        var ran = await database.Services.GetRequiredService<Migrator>().Migrate(ct);
        Console.WriteLine(ran.Count == 0 ? "The database is up to date." : $"Brought up to date: {string.Join(", ", ran)}.");
        return 0;
    }
}
