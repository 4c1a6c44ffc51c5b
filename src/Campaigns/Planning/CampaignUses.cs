using System.Text.Json;
using Campaigns.Audience;
using Campaigns.Http;
using Campaigns.Segments;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Planning;

/// <summary>The campaigns that are not over and need a list, a segment, a template, a sender or an account; and the segments that need a list.</summary>
static class CampaignUses
{
    static readonly string FindUsesSql = Sql.Beside<Campaign>("FindUses");
    static readonly string FindNoUse = $"select 1 where not exists (\n{FindUsesSql})";

    public static FindUses In(IDocumentStore store) => async (tenantId, thing, id, address, ct) => await store.Database.Query(
        FindUsesSql,
        reader => new Use(reader.GetGuid(0), reader.GetString(1), reader.TextOrNull(2) is { } status ? JsonNamingPolicy.CamelCase.ConvertName(status) : null),
        ct, tenantId, thing.ToString(), id, address, InUse.MostFound);

    /// <inheritdoc cref="ExpectUnused"/>
    public static void Expect(IDocumentOperations session, UsedThing thing, Guid id, string? address)
    {
        InUse.HoldAlone(session, id, address);
        session.Expect<Campaign>(id, FindNoUse, session.TenantId, thing.ToString(), id, address, 1);
    }

    /// <summary>
    /// Adds to the commit that names things in a campaign that nobody removes them meanwhile: who does waits, and finds the campaign. Lists and segments do
    /// not come back, so those that are named have to be there still.
    /// </summary>
    public static void Hold(IDocumentOperations session, Guid campaignId, CampaignSettings settings)
    {
        Guid[] lists = [.. settings.Whom?.AllLists.Distinct() ?? []], segments = [.. settings.Whom?.AllSegments.Distinct() ?? []];
        InUse.Hold(
            session,
            [.. lists, .. segments, .. settings.TemplateId is { } template ? [template] : Array.Empty<Guid>(),
                .. settings.Offers?.FormulaId is { } formula ? [formula] : Array.Empty<Guid>(), .. settings.SenderIds ?? []],
            settings.From?.Email);
        ContactLists.Expect<Campaign>(session, campaignId, lists);
        SegmentDirectory.Expect<Campaign>(session, campaignId, segments);
    }
}
