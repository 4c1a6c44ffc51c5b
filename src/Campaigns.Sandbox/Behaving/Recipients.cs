using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Sandbox.Behaving;

/// <summary>Decides what each address does: from the seed and the address alone, so that every run sees the same people.</summary>
static class Recipients
{
    public static Character Decide(int seed, string address)
    {
        var lower = address.ToLowerInvariant();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(seed, lower, hash);
        var course = Pattern.Of(lower) is { } pattern ? pattern.Course() : ByChance(hash).Course();
        return new(course, Roll(hash, 7));
    }

    static Pattern ByChance(ReadOnlySpan<byte> hash)
    {
        var fate = Share(hash, 0) switch
        {
            < 0.02 => Fate.Bounce,
            < 0.025 => Fate.Block,
            < 0.055 => Fate.Defer,
            _ => Fate.Deliver,
        };
        var opens = Share(hash, 1) < 0.45;
        var machine = opens && Share(hash, 2) < 0.05;
        return new(fate)
        {
            Opens = opens && !machine,
            MachineOpens = machine,
            Clicks = opens && !machine && Share(hash, 3) < 0.25,
            Complains = Share(hash, 4) < 0.002,
            Unsubscribes = Share(hash, 5) < 0.005,
            OpensAgain = opens && !machine && Share(hash, 6) < 0.125,
        };
    }

    static void Hash(int seed, string address, Span<byte> hash)
    {
        Span<byte> text = stackalloc byte[sizeof(int) + 1024];
        BinaryPrimitives.WriteInt32LittleEndian(text, seed);

        // Addresses are at most 320 characters, so they always fit.
        var length = Encoding.UTF8.GetBytes(address, text[sizeof(int)..]);
        SHA256.HashData(text[..(sizeof(int) + length)], hash);
    }

    static double Share(ReadOnlySpan<byte> hash, int index) => Roll(hash, index) / (uint.MaxValue + 1.0);

    static uint Roll(ReadOnlySpan<byte> hash, int index) => BinaryPrimitives.ReadUInt32LittleEndian(hash[(index * sizeof(uint))..]);
}
