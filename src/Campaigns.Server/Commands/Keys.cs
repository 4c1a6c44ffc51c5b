using System.CommandLine;
using Campaigns.Server.Hosting;
using Campaigns.Tenancy;
using Marten;

namespace Campaigns.Server.Commands;

static class Keys
{
    public static Command Command()
    {
        var organisation = new Option<string>("--organisation") { Description = "Its short name; made when there is none of that name", Required = true };
        var name = new Option<string>("--name") { Description = "Who uses the key; stands in the events of what it does", Required = true };
        var issue = new Command("issue", "Make an API key; it is shown once") { organisation, name };
        issue.SetAction((parsed, ct) => CommandLine.Guarded(
            token => Issue(parsed.GetRequiredValue(organisation), parsed.GetRequiredValue(name), token), ct));
        return new Command("keys", "API keys") { issue };
    }

    static async Task<int> Issue(string organisation, string name, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Migrated, ct);
        await Development.EnsureOrganisation(database.Services.GetRequiredService<IDocumentStore>(), organisation, organisation, ct);
        Console.WriteLine(await database.Services.GetRequiredService<ApiKeys>().Issue(organisation, name, ct));
        return 0;
    }
}
