using System.Globalization;
using System.Net;
using System.Text;
using Campaigns.Server.Hosting;

namespace Campaigns.Server.Demo;

/// <summary>The contacts of a demo: a file, or made up while they are sent, so that a million take no memory.</summary>
abstract class DemoContacts
{
    /// <summary>Addresses at this domain are put on the suppression list before the campaign.</summary>
    const string SuppressedDomain = "@suppressed.example";

    public abstract HttpContent Upload();

    public abstract IReadOnlyList<string> Suppressed { get; }

    /// <summary>Whether there are so many that batches may be large and follow each other at once.</summary>
    public abstract bool AreMany { get; }

    /// <exception cref="StartException">The sample file is not where a checkout has it.</exception>
    public static DemoContacts From(FileInfo? file, int? count) => count is { } number ? new MadeUp(number) : new FromFile(file ?? Sample());

    static FileInfo Sample()
    {
        // Beside a published program, or up from the build output or the current folder in a checkout.
        var candidates = new[] { AppContext.BaseDirectory, Environment.CurrentDirectory }.SelectMany(Up).Select(folder => new FileInfo(
            Path.Combine(folder, "docs", "samples", "contacts.csv")));
        return candidates.FirstOrDefault(candidate => candidate.Exists)
            ?? throw new StartException("The sample docs/samples/contacts.csv is not to be found: name a file with --contacts, or a number with --recipients.");
    }

    static IEnumerable<string> Up(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            yield return current.FullName;
        }
    }

    sealed class FromFile(FileInfo file) : DemoContacts
    {
        public override HttpContent Upload() => new StreamContent(file.OpenRead()) { Headers = { { "Content-Type", "text/csv" } } };

        public override IReadOnlyList<string> Suppressed =>
        [
            .. File.ReadLines(file.FullName)
                .SelectMany(line => line.Split(',', ';', '\t'))
                .Where(cell => cell.EndsWith(SuppressedDomain, StringComparison.OrdinalIgnoreCase))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];

        public override bool AreMany => file.Length > 2_000_000;
    }

    sealed class MadeUp(int count) : DemoContacts
    {
        static readonly string[] Zones = ["Europe/Zurich", "America/New_York", "Asia/Tokyo", "Europe/London", "Australia/Sydney"];

        public override HttpContent Upload() => new Rows(count) { Headers = { { "Content-Type", "text/csv" } } };

        public override IReadOnlyList<string> Suppressed => [];

        public override bool AreMany => count > 5_000;

        sealed class Rows(int count) : HttpContent
        {
            protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
            {
                await using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
                await writer.WriteLineAsync("email,first_name,last_name,company,time_zone");
                for (var i = 1; i <= count; i++)
                {
                    await writer.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture, $"person{i}@mail{i % 97}.example,First{i % 1000},Last{i % 5000},Company {i % 300},{Zones[i % Zones.Length]}"));
                }
            }

            protected override bool TryComputeLength(out long length)
            {
                length = 0;
                return false;
            }
        }
    }
}
