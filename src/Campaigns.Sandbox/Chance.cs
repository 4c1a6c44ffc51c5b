using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Sandbox;

/// <summary>Dice whose rolls follow from the seed and a text alone, so that every run rolls the same.</summary>
readonly struct Chance
{
    readonly byte[] hash;

    public Chance(int seed, string text)
    {
        var length = sizeof(int) + Encoding.UTF8.GetByteCount(text);
        Span<byte> bytes = length <= 2048 ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, seed);
        Encoding.UTF8.GetBytes(text, bytes[sizeof(int)..]);
        hash = SHA256.HashData(bytes);
    }

    /// <summary>The roll of one of the eight dice, from 0 up to, and without, 1.</summary>
    public double Share(int die) => Roll(die) / (uint.MaxValue + 1.0);

    public uint Roll(int die) => BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan(die * sizeof(uint)));
}
