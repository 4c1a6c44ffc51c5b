using Campaigns.Crash.Tests.Running;
using Campaigns.Engine;

namespace Campaigns.Crash.Tests.Checking;

/// <summary>What a run came to, in a few lines.</summary>
static class Report
{
    static readonly string Figures = Sql.Beside<Invariant>(nameof(Figures));
    static readonly string Stalls = Sql.Beside<Invariant>(nameof(Stalls));

    public static async Task<string> Of(Database database) =>
        string.Join('\n', [.. await database.Rows(Figures), .. await database.Rows(Stalls)]);
}
