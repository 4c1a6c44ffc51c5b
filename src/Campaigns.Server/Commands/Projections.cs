using System.CommandLine;
using Campaigns.Engine.Projections;

namespace Campaigns.Server.Commands;

static class Projections
{
    public static Command Command()
    {
        var name = new Argument<string>("name") { Description = "A projection, as 'projections list' names it" };
        var rebuild = new Command("rebuild", "Make the rows of a projection anew from the events; appends wait until it has ended") { name };
        rebuild.SetAction((parsed, ct) => CommandLine.Guarded(token => Rebuild(parsed.GetRequiredValue(name), token), ct));
        var list = new Command("list", "Name the projections and their tables");
        list.SetAction((_, ct) => CommandLine.Guarded(List, ct));
        return new Command("projections", "List and rebuild projections") { list, rebuild };
    }

    static async Task<int> List(CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(migrate: true, ct);
        foreach (var projection in database.Services.GetRequiredService<ProjectionRebuild>().Projections)
        {
            Console.WriteLine($"{projection.Name}  ({string.Join(", ", projection.Tables)})");
        }

        return 0;
    }

    static async Task<int> Rebuild(string name, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(migrate: true, ct);
        var rebuild = database.Services.GetRequiredService<ProjectionRebuild>();
        var projection = rebuild.Projections.FirstOrDefault(projection => projection.Name == name);
        if (projection is null)
        {
            await Console.Error.WriteLineAsync($"There is no projection '{name}'. There are: {string.Join(", ", rebuild.Projections.Select(known => known.Name))}.");
            return 1;
        }

        var started = TimeProvider.System.GetTimestamp();
        var progress = new SynchronousProgress(applied => Console.Error.Write($"\r{name}: {applied:N0} events"));
        var applied = await rebuild.Run(projection, progress, ct);
        Console.Error.WriteLine();
        Console.WriteLine($"Rebuilt {name} from {applied} events in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s.");
        return 0;
    }

    sealed class SynchronousProgress(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
