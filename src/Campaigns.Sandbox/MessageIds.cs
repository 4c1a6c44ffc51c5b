using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Sandbox;

/// <summary>
/// The ids senders gave their messages: 16 bytes each instead of a string, so that a million cost some 40 MB, exactly counted.
/// </summary>
sealed class MessageIds
{
    readonly HashSet<UInt128> seen = [];
    long duplicates;

    public void Add(string? id)
    {
        if (id is null)
        {
            return;
        }

        var compact = Compact(id);
        lock (seen)
        {
            if (!seen.Add(compact))
            {
                duplicates++;
            }
        }
    }

    public (long Distinct, long Duplicates) Count()
    {
        lock (seen)
        {
            return (seen.Count, duplicates);
        }
    }

    static UInt128 Compact(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return new(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
    }
}
