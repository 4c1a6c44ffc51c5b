namespace Campaigns.Tests;

/// <summary>What noise makes of bytes.</summary>
public static class Mutation
{
    /// <summary>Letters that mean something in JSON, or are none.</summary>
    static readonly byte[] Telling = [.. "{}[]\",:\\0e-+. tfn"u8, 0, 1, (byte)'\r', 0x7f, 0x80, 0xc3, 0xed, 0xff];

    /// <summary>One to eight changes; never a line break before a brace, which begins another event.</summary>
    public static byte[] Of(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (var times = random.Next(1, 9); times > 0 && changed.Count > 0; times--)
        {
            var at = random.Next(changed.Count);
            switch (random.Next(5))
            {
                case 0:
                    changed[at] = Telling[random.Next(Telling.Length)];
                    break;
                case 1:
                    changed.Insert(at, Telling[random.Next(Telling.Length)]);
                    break;
                case 2:
                    changed.RemoveRange(at, Math.Min(random.Next(1, 20), changed.Count - at));
                    break;
                case 3:
                    changed.InsertRange(at, changed.GetRange(at, Math.Min(random.Next(1, 20), changed.Count - at)));
                    break;
                default:
                    changed.RemoveRange(at, changed.Count - at); // the rest was lost
                    break;
            }
        }

        return [.. changed];
    }
}
