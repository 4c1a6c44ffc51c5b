using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Campaigns.Senders;

/// <summary>
/// Which of a campaign's senders writes to a contact: always the same one. Every pair of contact and sender has a weight of its own (rendezvous
/// hashing), so nothing has to be remembered, and who comes or goes moves only those contacts whose heaviest pair it is.
/// </summary>
public static class SenderChoice
{
    /// <param name="senderIds">The senders of the campaign.</param>
    /// <param name="isAvailable">Neither paused nor retired. Who stands in for a paused sender gives the contact back.</param>
    /// <returns>Null: not one of them is available.</returns>
    public static Guid? For(Guid contactId, IEnumerable<Guid> senderIds, Func<Guid, bool> isAvailable)
    {
        (Guid Id, ulong Weight)? heaviest = null;
        foreach (var id in senderIds)
        {
            if (isAvailable(id) && Weight(contactId, id) is var weight && (heaviest is not { } other || weight > other.Weight))
            {
                heaviest = (id, weight);
            }
        }

        return heaviest?.Id;
    }

    static ulong Weight(Guid contactId, Guid senderId)
    {
        Span<byte> pair = stackalloc byte[32], hash = stackalloc byte[SHA256.HashSizeInBytes];
        contactId.TryWriteBytes(pair, bigEndian: true, out _);
        senderId.TryWriteBytes(pair[16..], bigEndian: true, out _);
        SHA256.HashData(pair, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
