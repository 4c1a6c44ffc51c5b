using System.Text.Json;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Planning;

/// <summary>The campaigns that are not over and need a list, a template, a sender or an account.</summary>
static class CampaignUses
{
    static readonly string FindUsesSql = Sql.Beside<Campaign>("FindUses");

    public static FindUses In(IDocumentStore store) => async (tenantId, thing, id, address, ct) => await store.Database.Query(
        FindUsesSql,
        reader => new CampaignUse(reader.GetGuid(0), reader.GetString(1), JsonNamingPolicy.CamelCase.ConvertName(reader.GetString(2))),
        ct, tenantId, thing.ToString(), id, address, InUse.MostFound);
}
