using Campaigns.Storage;
using Marten;

namespace Campaigns.Audience;

/// <summary>Which addresses a contact had until it was changed or deleted: what was sent there goes on to concern them.</summary>
static class FormerAddresses
{
    static readonly string FindFormerAddresses = Sql.Beside<Contact>(nameof(FindFormerAddresses));
    static readonly string ForgetFormerAddresses = Sql.Beside<Contact>(nameof(ForgetFormerAddresses));

    /// <summary>The e-mail addresses, the oldest first; null where one row had none. Empty for a contact that never was, was never changed, or is erased.</summary>
    public static Task<List<string?>> Find(IDocumentStore store, string tenantId, Guid contactId, CancellationToken ct) =>
        store.Database.Query(FindFormerAddresses, reader => reader.TextOrNull(0), ct, tenantId, contactId);

    /// <summary>Has the commit forget them.</summary>
    public static void Forget(IDocumentSession session, Guid contactId) => session.Sql(ForgetFormerAddresses, session.TenantId, contactId);
}
