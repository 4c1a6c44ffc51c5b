using Campaigns.Crash.Tests.Running;
using Campaigns.Engine;
using Npgsql;

namespace Campaigns.Crash.Tests.Checking;

/// <summary>Something that must hold of every database, whatever was killed: a statement that returns the rows that contradict it.</summary>
/// <param name="Name">Of the file in <c>Invariants</c>.</param>
/// <param name="Sentence">The first line of that file.</param>
sealed record Invariant(string Name, string Sentence, string Statement)
{
    const int RowsShown = 5;

    public static readonly IReadOnlyList<Invariant> All =
    [
        .. from statement in Sql.Statements(typeof(Invariant).Assembly)
           let parts = statement.Name.Split('.')
           where parts[^3] == "Invariants"
           select new Invariant(parts[^2], statement.Text.Split('\n')[0].TrimStart('-', ' '), statement.Text),
    ];

    /// <summary>The sentences that do not hold, each with the first rows against it.</summary>
    public static async Task<List<string>> Broken(NpgsqlConnection connection)
    {
        var broken = new List<string>();
        foreach (var invariant in All)
        {
            var rows = await Database.Rows(connection, invariant.Statement);
            if (rows.Count > 0)
            {
                broken.Add($"{invariant.Name}: {invariant.Sentence} But {rows.Count}: {string.Join("; ", rows.Take(RowsShown))}");
            }
        }

        return broken;
    }
}
