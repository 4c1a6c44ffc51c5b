using System.Text.Json;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Planning;

/// <summary>The campaigns that are not over and need a list, a template, a sender or an account.</summary>
static class CampaignUses
{
    static readonly string FindUsesSql = Sql.Beside<Campaign>("FindUses");
    static readonly string HoldThings = Sql.Beside<Campaign>(nameof(HoldThings));
    static readonly string HoldThingsAlone = Sql.Beside<Campaign>(nameof(HoldThingsAlone));
    static readonly string HoldLists = Sql.Beside<Campaign>(nameof(HoldLists));
    static readonly string FindNoUse = $"select 1 where not exists (\n{FindUsesSql})";

    public static FindUses In(IDocumentStore store) => async (tenantId, thing, id, address, ct) => await store.Database.Query(
        FindUsesSql,
        reader => new CampaignUse(reader.GetGuid(0), reader.GetString(1), JsonNamingPolicy.CamelCase.ConvertName(reader.GetString(2))),
        ct, tenantId, thing.ToString(), id, address, InUse.MostFound);

    /// <inheritdoc cref="ExpectUnused"/>
    public static void Expect(IDocumentOperations session, UsedThing thing, Guid id, string? address)
    {
        session.Sql(HoldThingsAlone, (object)Keys(session.TenantId, [id], address));
        session.Expect<Campaign>(id, FindNoUse, session.TenantId, thing.ToString(), id, address, 1);
    }

    /// <summary>
    /// Adds to the commit that names things in a campaign that nobody removes them meanwhile: who does waits, and finds the campaign. Lists do not come
    /// back, so those that are named have to be there still.
    /// </summary>
    public static void Hold(IDocumentOperations session, Guid campaignId, CampaignSettings settings)
    {
        Guid[] lists = [.. (settings.Whom?.AllLists ?? []).Distinct()];
        Guid[] ids = [.. lists, .. settings.TemplateId is { } template ? [template] : Array.Empty<Guid>(), .. settings.SenderIds ?? []];
        var keys = Keys(session.TenantId, ids, settings.From?.Email);
        if (keys.Length > 0)
        {
            session.Sql(HoldThings, (object)keys);
        }

        if (lists.Length > 0)
        {
            session.Expect<Campaign>(campaignId, HoldLists, session.TenantId, lists, (long)lists.Length);
        }
    }

    static string[] Keys(string tenantId, IEnumerable<Guid> ids, string? address) =>
        [.. ids.Select(id => $"{tenantId} {id:N}"), .. address is null ? Array.Empty<string>() : [$"{tenantId} {address}"]];
}
