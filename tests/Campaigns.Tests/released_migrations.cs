using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Storage.Schema;

namespace Campaigns.Tests;

/// <summary>
/// A script that has run somewhere never runs there again: changing it makes databases that differ for good. Run with the environment
/// variable APPROVE=1 to add new scripts to the approved file; what stands in it already is changed by nobody.
/// </summary>
public sealed class released_migrations
{
    const string Approved = "Migrations.approved.txt";

    [Fact]
    public void never_change()
    {
        var actual = Migration.Of(typeof(CampaignsModule).Assembly)
            .ToDictionary(script => $"{script.Module} {script.Name}", script => Hash(script.Text));
        var path = Path.Combine(Folder(), Approved);
        var approved = File.ReadAllLines(path).Select(line => line.Split(' ')).ToDictionary(words => $"{words[0]} {words[1]}", words => words[2]);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            var added = actual.Where(script => approved.TryAdd(script.Key, script.Value)).Select(script => $"{script.Key} {script.Value}");
            File.AppendAllLines(path, added.ToList());
        }

        approved.Where(script => actual.GetValueOrDefault(script.Key) != script.Value).Select(script => script.Key).ShouldBeEmpty(
            "These migrations have been released, and databases have run them as they were. Put them back, and write a new one with the next number.");
        actual.Keys.Except(approved.Keys).ShouldBeEmpty($"These migrations are new: run with APPROVE=1 to pin them in {Approved}.");
    }

    [Fact]
    public void have_a_number_each() =>
        Migration.Of(typeof(CampaignsModule).Assembly).GroupBy(script => (script.Module, script.Number)).Where(same => same.Count() > 1).ShouldBeEmpty();

    static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))));

    static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
