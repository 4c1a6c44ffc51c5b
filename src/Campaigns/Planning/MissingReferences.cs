using Campaigns.Storage;
using Marten;

namespace Campaigns.Planning;

/// <summary>What a campaign names and is not there.</summary>
/// <param name="Template">Whether it is missing.</param>
/// <param name="Formula">The same.</param>
sealed record MissingReferences(IReadOnlyList<Guid> Lists, IReadOnlyList<Guid> Segments, IReadOnlyList<Guid> Contacts, bool Template, bool Formula)
{
    static readonly string FindMissing = Sql.Beside<MissingReferences>(nameof(FindMissing));

    public static async Task<MissingReferences> Find(IDocumentStore store, string tenantId, CampaignSettings settings, CancellationToken ct) => (await store.Database.Query(
        FindMissing, reader => new MissingReferences(reader.GetFieldValue<Guid[]>(0), reader.GetFieldValue<Guid[]>(1), reader.GetFieldValue<Guid[]>(2), reader.GetBoolean(3), reader.GetBoolean(4)), ct,
        tenantId, settings.Whom?.AllLists.ToArray() ?? [], settings.Whom?.AllSegments.ToArray() ?? [], settings.Whom?.AllContacts.ToArray() ?? [], settings.TemplateId, settings.Offers?.FormulaId)).Single();
}
