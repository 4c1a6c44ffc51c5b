namespace Campaigns.Sandbox.Twilio;

/// <summary>How many text messages a body counts as: 160 or 153 characters of GSM-7 each, 70 or 67 where one character is not in it.</summary>
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
        for (var index = 0; index < body.Length; index++)
        {
            // What takes two places is never cut in two.
            var places = isGsm ? Extended.Contains(body[index]) ? 2 : 1 : char.IsHighSurrogate(body[index]) && index + 1 < body.Length ? 2 : 1;
            index += !isGsm && places == 2 ? 1 : 0;
            total += places;
            (parts, used) = used + places > part ? (parts + 1, places) : (parts, used + places);
        }

        return total <= single ? 1 : parts;
    }
}
