using System.CommandLine;
using Campaigns.Storage.Doctor;
using Campaigns.Storage.Rebuild;

namespace Campaigns.Server.Commands;

static class Projections
{
    public static Command Command()
    {
        var name = new Argument<string>("name") { Description = "A projection, as 'projections list' names it" };
        var anyway = new Option<bool>("--anyway") { Description = "Also when streams have lost events, and rows would be made without them" };
        var rebuild = new Command("rebuild", "Make the rows of a projection anew from the events, while servers run") { name, anyway };
        rebuild.SetAction((parsed, ct) => CommandLine.Guarded(token => Rebuild(parsed.GetRequiredValue(name), parsed.GetValue(anyway), token), ct));
        var list = new Command("list", "Name the projections and their tables");
        list.SetAction((_, ct) => CommandLine.Guarded(List, ct));
        return new Command("projections", "List and rebuild projections; none is ever behind the events") { list, rebuild };
    }

    static async Task<int> List(CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        foreach (var projection in database.Services.GetRequiredService<ProjectionRebuild>().Projections)
        {
            Console.WriteLine($"{projection.Name}  ({string.Join(", ", projection.Tables)})");
        }

        foreach (var kind in database.Services.GetRequiredService<SnapshotRebuild>().Kinds)
        {
            Console.WriteLine($"{kind.Alias}  (mt_doc_{kind.Alias}: snapshots)");
        }

        return 0;
    }

    static async Task<int> Rebuild(string name, bool anyway, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var projections = database.Services.GetRequiredService<ProjectionRebuild>();
        var snapshots = database.Services.GetRequiredService<SnapshotRebuild>();
        if (!anyway && await database.Services.GetRequiredService<DatabaseDoctor>().Streams.Run(null, ct) is { Problems: > 0 })
        {
            await Console.Error.WriteLineAsync(
                "Streams are broken, and rows made from them would be wrong: 'doctor --only streams' says which. --anyway rebuilds all the same.");
            return 1;
        }

        var started = TimeProvider.System.GetTimestamp();
        string outcome;
        if (projections.Projections.FirstOrDefault(known => known.Name == name) is { } projection)
        {
            var progress = new SynchronousProgress<RebuildProgress>(so => Console.Error.Write(
                $"\r{name}: {so.Applied:N0} events{(so.GaveWay > 0 ? $", waiting for those who read the old rows (try {so.GaveWay + 1})" : "")}"));
            outcome = $"Rebuilt {name} from {await projections.Run(projection, progress, ct)} events";
        }
        else if (snapshots.Kinds.FirstOrDefault(known => known.Alias == name) is { } kind)
        {
            var progress = new SynchronousProgress<long>(seen => Console.Error.Write($"\r{name}: {seen:N0} streams"));
            outcome = $"Rebuilt the snapshots of {name} streams, {await snapshots.Run(kind, progress, ct)} were not what their events come to,";
        }
        else
        {
            var known = projections.Projections.Select(projection => projection.Name).Concat(snapshots.Kinds.Select(kind => kind.Alias));
            await Console.Error.WriteLineAsync($"There is no projection '{name}'. There are: {string.Join(", ", known)}.");
            return 1;
        }

        Console.Error.WriteLine();
        Console.WriteLine($"{outcome} in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s.");
        return 0;
    }

    sealed class SynchronousProgress<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
