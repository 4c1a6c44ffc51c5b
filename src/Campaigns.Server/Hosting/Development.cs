using System.Security.Cryptography;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;

namespace Campaigns.Server.Hosting;

/// <summary>What a private stack has so that it can be used at once: an organisation and a key to its API.</summary>
public static class Development
{
    public const string TenantId = "development";

    /// <summary>Enough for the samples, several times an hour; docs/operations.md names them.</summary>
    static readonly (string Name, string Value)[] Limits =
    [
        ("Sending:Limits:SenderPerMinute", "2000"),
        ("Sending:Limits:SenderPerHour", "20000"),
        ("Sending:Limits:OrganisationPerHour", "20000"),
        ("Sending:Limits:DomainPerHour", "20000"),
        ("Sending:Limits:SegmentsPerSecond", "20"),
        ("Sending:BounceRateBreak", "0.1"),
        ("Sending:ComplaintRateBreak", "0.02"),
    ];

    /// <returns>The key: made once, kept beside the data, the same at every start.</returns>
    public static async Task<string> Prepare(IServiceProvider services, string dataFolder, CancellationToken ct)
    {
        await EnsureOrganisation(services.GetRequiredService<IDocumentStore>(), TenantId, "Development", ct);
        var key = await ReadOrMake(Path.Combine(dataFolder, "development-key"), ApiKeys.NewKey, ct);
        await services.GetRequiredService<ApiKeys>().Add(TenantId, "development", key, KeyScope.Admin, expiresAt: null, ct);
        return key;
    }

    /// <summary>Begins the organisation of a tenant unless it is there, without Wolverine: nothing has been started.</summary>
    public static async Task EnsureOrganisation(IDocumentStore store, string tenantId, string name, CancellationToken ct)
    {
        await using var session = store.LightweightSession(tenantId);
        await OrganisationHandler.Handle(new CreateOrganisation(name), session, ct);
        try
        {
            await session.SaveChangesAsync(ct);
        }
        catch (Exception error) when (Races.Lost(error))
        {
            // Somebody else began it at the same moment.
        }
    }

    /// <summary>Gives a private stack a master key where none is configured: made once, kept beside the data.</summary>
    public static async Task AddSecretsKey(IConfiguration configuration, string dataFolder, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(configuration["Secrets:Key"]))
        {
            configuration["Secrets:Key"] = await ReadOrMake(
                Path.Combine(dataFolder, "secrets-key"), () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), ct);
        }
    }

    /// <summary>
    /// For a private stack whose messages all end in the sandbox. The limits that protect a real account would let a first campaign take an hour, and the
    /// people of the sandbox bounce and complain so often that breakers would stop it. What is configured goes before these.
    /// </summary>
    public static void RaiseLimits(IConfiguration configuration)
    {
        foreach (var (name, value) in Limits)
        {
            configuration[name] ??= value;
        }
    }

    static async Task<string> ReadOrMake(string file, Func<string> make, CancellationToken ct)
    {
        if (File.Exists(file))
        {
            return (await File.ReadAllTextAsync(file, ct)).Trim();
        }

        var key = make();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(file, options);
        await writer.WriteLineAsync(key.AsMemory(), ct);
        return key;
    }
}
