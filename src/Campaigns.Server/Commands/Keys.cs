using System.CommandLine;
using System.Globalization;
using Campaigns.Http;
using Campaigns.Server.Hosting;
using Campaigns.Tenancy;
using Marten;

namespace Campaigns.Server.Commands;

static class Keys
{
    static readonly Option<string> Organisation = new("--organisation") { Description = "Its short name", Required = true };

    public static Command Command()
    {
        var owner = new Option<string>("--organisation") { Description = "Its short name; made when there is none of that name", Required = true };
        var name = new Option<string>("--name") { Description = "Who uses the key; stands in the events of what it does", Required = true };
        var scope = new Option<KeyScope>("--scope") { Description = "What it may do: read; send as well; admin everything", DefaultValueFactory = _ => KeyScope.Admin };
        var days = new Option<int?>("--days") { Description = "After how many days it stops; without it, when it is revoked" };
        var issue = new Command("issue", "Make an API key; it is shown once") { owner, name, scope, days };
        issue.SetAction((parsed, ct) => CommandLine.Guarded(
            token => Issue(parsed.GetRequiredValue(owner), parsed.GetRequiredValue(name), parsed.GetValue(scope), parsed.GetValue(days), token), ct));

        var list = new Command("list", "Show an organisation's keys, the revoked ones too") { Organisation };
        list.SetAction((parsed, ct) => CommandLine.Guarded(token => List(parsed.GetRequiredValue(Organisation), token), ct));

        var id = new Argument<Guid>("id") { Description = "The key, as 'keys list' names it" };
        var revoke = new Command("revoke", "End a key at once, and the sessions and streams that it opened") { id, Organisation };
        revoke.SetAction((parsed, ct) => CommandLine.Guarded(token => Revoke(parsed.GetRequiredValue(Organisation), parsed.GetValue(id), token), ct));
        return new Command("keys", "API keys") { issue, list, revoke };
    }

    static async Task<int> Issue(string organisation, string name, KeyScope scope, int? days, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Migrated, ct);
        await Development.EnsureOrganisation(database.Services.GetRequiredService<IDocumentStore>(), organisation, organisation, ct);
        var expiresAt = days is { } some ? TimeProvider.System.GetUtcNow().AddDays(some) : (DateTimeOffset?)null;
        try
        {
            Console.WriteLine(await database.Services.GetRequiredService<ApiKeys>().Issue(organisation, name, scope, expiresAt, ct));
            return 0;
        }
        catch (ArgumentException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    static async Task<int> List(string organisation, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        var keys = database.Services.GetRequiredService<ApiKeys>();
        string? cursor = null;
        do
        {
            var page = await keys.List(organisation, new PageRequest(PageRequest.LargestLimit, cursor), ct);
            foreach (var key in page.Items)
            {
                Console.WriteLine(Line(key));
            }

            cursor = page.Next;
        }
        while (cursor is not null);
        return 0;
    }

    static async Task<int> Revoke(string organisation, Guid id, CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        if (await database.Services.GetRequiredService<ApiKeys>().Revoke(organisation, id, ct) is { } refusal)
        {
            await Console.Error.WriteLineAsync(refusal.Explanation);
            return 1;
        }

        Console.WriteLine($"{id} opens nothing any more.");
        return 0;
    }

    static string Line(KeyView key) => string.Create(
        CultureInfo.InvariantCulture,
        $"{key.Id}  {key.Scope.ToString().ToLowerInvariant(),-5}  {key.Name}  made {key.CreatedAt:u}{Time("used", key.LastUsedAt)}{Time("until", key.ExpiresAt)}{Time("revoked", key.RevokedAt)}");

    static string Time(string word, DateTimeOffset? at) => at is { } known ? string.Create(CultureInfo.InvariantCulture, $", {word} {known:u}") : "";
}
