using System.Text.Json;

namespace Campaigns.Sandbox.SendGrid.Accepting;

static class Substitution
{
    /// <summary>The text with each of the personalization's tags replaced by its value.</summary>
    public static string Apply(string text, JsonElement personalization)
    {
        foreach (var pair in personalization.Get("substitutions").Properties())
        {
            if (pair.Name.Length > 0)
            {
                text = text.Replace(pair.Name, pair.Value.Text(), StringComparison.Ordinal);
            }
        }

        return text;
    }
}
