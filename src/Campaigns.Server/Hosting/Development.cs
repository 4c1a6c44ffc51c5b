using System.Security.Cryptography;
using System.Buffers.Text;
using Campaigns.Engine.Events;
using Campaigns.Tenancy;

namespace Campaigns.Server.Hosting;

/// <summary>What a private stack has so that it can be used at once: an organisation and a key to its API.</summary>
public static class Development
{
    public const string TenantId = "development";

    /// <returns>The key: made once, kept beside the data, the same at every start.</returns>
    public static async Task<string> Prepare(IServiceProvider services, string dataFolder, CancellationToken ct)
    {
        var store = services.GetRequiredService<EventStore>();
        await store.Decide<Organisation>(
            () => store.OpenSession(TenantId),
            Organisation.StreamId(TenantId),
            (organisation, _) => organisation.Version > 0 ? Outcome.Nothing : Outcome.Record(new OrganisationCreated("Development")),
            ct);
        var key = await ReadOrMakeKey(Path.Combine(dataFolder, "development-key"), ct);
        await services.GetRequiredService<ApiKeys>().Add(TenantId, "development", key, ct);
        return key;
    }

    static async Task<string> ReadOrMakeKey(string file, CancellationToken ct)
    {
        if (File.Exists(file))
        {
            return (await File.ReadAllTextAsync(file, ct)).Trim();
        }

        var key = ApiKeys.NewKey();
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
