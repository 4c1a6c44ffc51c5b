using System.Xml.Linq;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Campaigns.Server.Hosting;

/// <summary>The keys behind cookies and forms, in the database: what one node has signed, every node can read.</summary>
sealed class ProtectionKeys(IDocumentStore store) : IXmlRepository
{
    static readonly string ReadProtectionKeys = Sql.Beside<ProtectionKeys>(nameof(ReadProtectionKeys));
    static readonly string InsertProtectionKey = Sql.Beside<ProtectionKeys>(nameof(InsertProtectionKey));

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = store.Database.CreateCommand(ReadProtectionKeys);
        using var reader = command.ExecuteReader();
        var keys = new List<XElement>();
        while (reader.Read())
        {
            keys.Add(XElement.Parse(reader.GetString(0)));
        }

        return keys;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = store.Database.CreateCommand(InsertProtectionKey);
        command.Parameters.Add(new() { Value = friendlyName });
        command.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
        command.Parameters.Add(new() { Value = store.Clock.GetUtcNow() });
        command.ExecuteNonQuery();
    }
}
