using System.Text;
using System.Xml.Linq;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Hosting;

/// <summary>
/// The keys behind cookies and forms, in the database: what one node has signed, every node can read. With a master key they are encrypted, and those that
/// were not open nothing any more: somebody may have read them.
/// </summary>
sealed class ProtectionKeys(IDocumentStore store, SecretsOptions secrets) : IXmlRepository
{
    /// <summary>What the framework puts around the encrypted part of a key.</summary>
    const string Encrypted = "encryptedSecret";

    static readonly string ReadProtectionKeys = Sql.Beside<ProtectionKeys>(nameof(ReadProtectionKeys));
    static readonly string InsertProtectionKey = Sql.Beside<ProtectionKeys>(nameof(InsertProtectionKey));

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = store.Database.CreateCommand(ReadProtectionKeys);
        using var reader = command.ExecuteReader();
        var keys = new List<XElement>();
        while (reader.Read())
        {
            var key = XElement.Parse(reader.GetString(0));
            if (!secrets.HasKey || key.Name.LocalName != "key" || key.Descendants().Any(part => part.Name.LocalName == Encrypted))
            {
                keys.Add(key);
            }
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

/// <summary>Has the framework keep its keys as <see cref="ProtectionKeys"/>.</summary>
sealed class KeepProtectionKeys(IDocumentStore store, IOptions<SecretsOptions> secrets) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options)
    {
        options.XmlRepository = new ProtectionKeys(store, secrets.Value);
        options.XmlEncryptor = secrets.Value.HasKey ? new ProtectionKeyCipher(secrets) : null;
    }
}

/// <summary>Encrypts them with the master key. Their rows name this type, and the framework makes one to read them: its name and place stay as they are.</summary>
sealed class ProtectionKeyCipher(IOptions<SecretsOptions> secrets) : IXmlEncryptor, IXmlDecryptor
{
    const string Purpose = "keys of cookies and forms";

    /// <summary>Made by the framework.</summary>
    public ProtectionKeyCipher(IServiceProvider services)
        : this(services.GetRequiredService<IOptions<SecretsOptions>>())
    {
    }

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var (keyId, bytes) = MasterKeyCipher.Seal(secrets.Value, Purpose, [], Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting)));
        return new EncryptedXmlInfo(new XElement("sealed", new XAttribute("key", keyId), Convert.ToBase64String(bytes)), typeof(ProtectionKeyCipher));
    }

    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(Encoding.UTF8.GetString(
        MasterKeyCipher.Open(secrets.Value, Purpose, [], encryptedElement.Attribute("key")!.Value, Convert.FromBase64String(encryptedElement.Value))));
}
