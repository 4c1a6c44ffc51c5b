using System.CommandLine;
using Campaigns.Engine.Doctor;
using Campaigns.Engine.Projections;
using Campaigns.Engine.Snapshots;

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
        var status = new Command("status", "Say how far the async projections are, and why one does not go on");
        status.SetAction((_, ct) => CommandLine.Guarded(Status, ct));
        var stopped = new Argument<string>("name") { Description = "A projection that has stopped" };
        var resume = new Command("resume", "Let a stopped projection try again") { stopped };
        resume.SetAction((parsed, ct) => CommandLine.Guarded(token => Resume(parsed.GetRequiredValue(stopped), token), ct));
        return new Command("projections", "List, rebuild and look after projections") { list, rebuild, status, resume };
    }

    static async Task<int> List(CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        foreach (var projection in database.Services.GetRequiredService<ProjectionRebuild>().Projections)
        {
            Console.WriteLine($"{projection.Name}  ({string.Join(", ", projection.Tables)})");
        }

        foreach (var type in database.Services.GetRequiredService<SnapshotRebuild>().Types)
        {
            Console.WriteLine($"{type.Alias}  (mt_doc_{type.Alias}: snapshots)");
        }

        return 0;
    }

    static async Task<int> Status(CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var all = await database.Services.GetRequiredService<ProjectionDaemon>().Status(ct);
        foreach (var projection in all)
        {
            Console.WriteLine($"{projection.Name}  at {projection.Position}, {projection.Lag} behind{(projection.Stopped is { } why ? $", stopped: {why}" : "")}");
        }

        if (all.Count == 0)
        {
            Console.WriteLine("There are no async projections; inline ones are never behind.");
        }

        return 0;
    }

    static async Task<int> Resume(string name, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        if (await database.Services.GetRequiredService<ProjectionDaemon>().Resume(name, ct))
        {
            return 0;
        }

        await Console.Error.WriteLineAsync($"There is no async projection '{name}'.");
        return 1;
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
        else if (snapshots.Types.FirstOrDefault(known => known.Alias == name) is { } type)
        {
            var progress = new SynchronousProgress<long>(seen => Console.Error.Write($"\r{name}: {seen:N0} streams"));
            outcome = $"Rebuilt the snapshots of {name} streams, {await snapshots.Run(type, progress, ct)} were not what their events come to,";
        }
        else
        {
            var known = projections.Projections.Select(projection => projection.Name).Concat(snapshots.Types.Select(type => type.Alias));
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
