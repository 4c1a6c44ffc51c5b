namespace Campaigns.Sandbox.Twilio;

/// <summary>How many text messages a body counts as: of 160 or 153 characters of GSM-7, or of 70 or 67 where one is not in it.</summary>
static class Segments
{
    const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const string Extended = "\f^{}\\[~]|€";

    public static int Count(string body)
    {
        var isGsm = body.All(character => Basic.Contains(character) || Extended.Contains(character));
        var (single, part) = isGsm ? (160, 153) : (70, 67);
        var (total, parts, used) = (0, 1, 0);
        foreach (var rune in body.EnumerateRunes())
        {
            // What takes two places is never cut in two.
            var places = isGsm ? Extended.Contains((char)rune.Value) ? 2 : 1 : rune.Utf16SequenceLength;
            total += places;
            (parts, used) = used + places > part ? (parts + 1, places) : (parts, used + places);
        }

        return total <= single ? 1 : parts;
    }
}
