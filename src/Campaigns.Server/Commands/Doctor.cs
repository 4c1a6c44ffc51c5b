using Campaigns.Storage.Doctor;
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Campaigns.Server.Commands;

static class Doctor
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Command()
    {
        var only = new Option<string?>("--only") { Description = "Some of the checks, with commas between: schema,streams,snapshots,projections,standstill" };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of lines for people" };
        var command = new Command("doctor", "Say what is wrong with the database, while servers run; changes nothing") { only, json };
        command.SetAction((parsed, ct) => CommandLine.Guarded(token => Run(parsed.GetValue(only), parsed.GetValue(json), token), ct));
        return command;
    }

    static async Task<int> Run(string? only, bool asJson, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Any, ct);
        var doctor = database.Services.GetRequiredService<DatabaseDoctor>();
        var names = only?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names is [])
        {
            await Console.Error.WriteLineAsync($"--only names no check. There are: {string.Join(", ", doctor.Checks.Select(check => check.Name))}.");
            return 1;
        }

        if (names?.Except(doctor.Checks.Select(check => check.Name)).FirstOrDefault() is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no check '{unknown}'. There are: {string.Join(", ", doctor.Checks.Select(check => check.Name))}.");
            return 1;
        }

        var checks = doctor.Checks.Where(check => names is null || names.Contains(check.Name)).ToList();
        var reports = new List<Report>();
        using var progress = new ProgressLine();
        var started = TimeProvider.System.GetTimestamp();
        await foreach (var (check, diagnosis) in doctor.Examine(checks, progress, ct))
        {
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            var report = new Report(check.Name, diagnosis.Examined, diagnosis.Things, seconds, diagnosis.Findings);
            started = TimeProvider.System.GetTimestamp();
            reports.Add(report);
            progress.Clear();
            if (!asJson)
            {
                Show(report);
            }
        }

        var problems = reports.Sum(report => report.Findings.Count(finding => finding.Severity == Severity.Problem));
        Console.WriteLine(asJson ? JsonSerializer.Serialize(new { Checks = reports, Problems = problems }, Json) : $"{problems} problems");
        return problems == 0 ? 0 : 1;
    }

    static void Show(Report report)
    {
        Console.WriteLine($"{report.Check,-12} {report.Examined:N0} {report.Things}, {report.Seconds:0.0} s");
        foreach (var finding in report.Findings)
        {
            Console.WriteLine($"  {(finding.Severity == Severity.Problem ? "problem" : "note")}: {finding.Text}");
            foreach (var example in finding.Examples)
            {
                Console.WriteLine($"    {example.ReplaceLineEndings(" ")}");
            }
        }
    }

    sealed record Report(string Check, long Examined, string Things, double Seconds, IReadOnlyList<Finding> Findings);

    /// <summary>One line on standard error that is written over; none where that is a file.</summary>
    sealed class ProgressLine : IProgress<string>, IDisposable
    {
        int width;

        public void Report(string value)
        {
            if (!Console.IsErrorRedirected)
            {
                Console.Error.Write($"\r{value.PadRight(width)}");
                width = value.Length;
            }
        }

        public void Clear()
        {
            if (width > 0)
            {
                Console.Error.Write($"\r{new string(' ', width)}\r");
                width = 0;
            }
        }

        public void Dispose() => Clear();
    }
}
