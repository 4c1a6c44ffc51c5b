using System.CommandLine;
using Campaigns.Server.Hosting;
using Campaigns.Tenancy;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Commands;

static class ProviderCredentials
{
    public static Command Command()
    {
        var reencrypt = new Command("reencrypt", "Encrypt with Secrets:Key what is encrypted with one of Secrets:PreviousKeys, which then can go");
        reencrypt.SetAction((_, ct) => CommandLine.Guarded(Reencrypt, ct));
        return new Command("credentials", "What opens organisations' accounts at providers") { reencrypt };
    }

    static async Task<int> Reencrypt(CancellationToken ct)
    {
        await using var database = await DatabaseAccess.Open(SchemaNeed.Current, ct);
        if (!Secrets(database.Services).HasKey)
        {
            throw new StartException("There is no Secrets:Key to encrypt with.");
        }

        var (count, unreadable) = await database.Services.GetRequiredService<Credentials>().Reencrypt(ct);
        Console.WriteLine($"{count} credentials encrypted anew.");
        foreach (var line in unreadable)
        {
            await Console.Error.WriteLineAsync($"Left as they are, {line}");
        }

        return unreadable.Count == 0 ? 0 : 1;
    }

    static SecretsOptions Secrets(IServiceProvider services)
    {
        try
        {
            return services.GetRequiredService<IOptions<SecretsOptions>>().Value;
        }
        catch (OptionsValidationException error)
        {
            throw StartException.Explain(error)!;
        }
    }
}
