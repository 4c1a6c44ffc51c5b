using System.CommandLine;
using Campaigns.Engine.Projections;

namespace Campaigns.Server.Commands;

static class Projections
{
    public static Command Command()
    {
        var name = new Argument<string>("name") { Description = "A projection, as 'projections list' names it" };
        var rebuild = new Command("rebuild", "Make the rows of a projection anew from the events, while servers run") { name };
        rebuild.SetAction((parsed, ct) => CommandLine.Guarded(token => Rebuild(parsed.GetRequiredValue(name), token), ct));
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
        await using var database = await DatabaseAccess.Open(migrate: true, ct);
        foreach (var projection in database.Services.GetRequiredService<ProjectionRebuild>().Projections)
        {
            Console.WriteLine($"{projection.Name}  ({string.Join(", ", projection.Tables)})");
        }

        return 0;
    }

    static async Task<int> Status(CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(migrate: true, ct);
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
        await using var database = await DatabaseAccess.Open(migrate: true, ct);
        if (await database.Services.GetRequiredService<ProjectionDaemon>().Resume(name, ct))
        {
            return 0;
        }

        await Console.Error.WriteLineAsync($"There is no async projection '{name}'.");
        return 1;
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
