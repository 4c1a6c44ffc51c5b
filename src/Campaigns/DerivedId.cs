using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Recipients;

namespace Campaigns;

/// <summary>
/// Ids that follow from other ids, so that deriving one twice names the same stream. UUID version 8: the 48 time bits of a
/// version 7 id in front, so that neighbours stay neighbours in an index, and a hash behind.
/// </summary>
public static class DerivedId
{
    /// <summary>The recipient stream: the one message of a step of a campaign to a contact over a channel.</summary>
    public static Guid Recipient(Guid campaignId, Guid contactId, Channel channel = Channel.Email, int step = 1)
    {
        Span<byte> name = stackalloc byte[37];
        campaignId.TryWriteBytes(name, bigEndian: true, out _);
        contactId.TryWriteBytes(name[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(name[32..], step);
        name[36] = (byte)channel;
        return Make(campaignId, name);
    }

    /// <summary>An offer of a contact, by the reference under which it is known among them.</summary>
    public static Guid Offer(Guid contactId, string reference) => Make(contactId, Encoding.UTF8.GetBytes($"offer\n{contactId}\n{reference}"));

    /// <summary>The stream of a name within an organisation, for example of a suppressed address.</summary>
    public static Guid Named(string kind, string tenantId, string name) =>
        Make(Guid.Empty, Encoding.UTF8.GetBytes($"{kind}\n{tenantId}\n{name}"));

    /// <summary>What one organisation gets of a webhook body that speaks for several: splitting that twice comes to the same.</summary>
    public static Guid PartOfBody(Guid bodyId, string tenantId, ReadOnlySpan<byte> part) =>
        Make(bodyId, [.. Encoding.UTF8.GetBytes($"{bodyId}\n{tenantId}\n"), .. part]);

    /// <summary>The ids between which every recipient of a campaign lies.</summary>
    public static (Guid First, Guid Last) RecipientRange(Guid campaignId)
    {
        Span<byte> first = stackalloc byte[16], last = stackalloc byte[16];
        campaignId.TryWriteBytes(first, bigEndian: true, out _);
        first[6..].Clear();
        first.CopyTo(last);
        last[6..].Fill(0xff);
        return (new Guid(first, bigEndian: true), new Guid(last, bigEndian: true));
    }

    /// <summary>When an id was made that begins with its time, to the millisecond.</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(((long)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]));
    }

    /// <summary>A number from 0 (included) to 1 (excluded) that follows from a name.</summary>
    public static double Fraction(string name) =>
        (BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(name))) >> 11) * (1.0 / (1UL << 53));

    static Guid Make(Guid time, ReadOnlySpan<byte> name)
    {
        Span<byte> id = stackalloc byte[16], hash = stackalloc byte[32];
        SHA256.HashData(name, hash);
        hash[..16].CopyTo(id);
        if (time != Guid.Empty)
        {
            Span<byte> bits = stackalloc byte[16];
            time.TryWriteBytes(bits, bigEndian: true, out _);
            bits[..6].CopyTo(id);
        }

        id[6] = (byte)((id[6] & 0x0f) | 0x80);
        id[8] = (byte)((id[8] & 0x3f) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
