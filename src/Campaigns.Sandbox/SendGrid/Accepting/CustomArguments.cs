using System.Text.Json;

namespace Campaigns.Sandbox.SendGrid.Accepting;

static class CustomArguments
{
    /// <summary>The request's arguments with the personalization's own in front of them.</summary>
    public static KeyValuePair<string, string>[] Merge(JsonElement global, JsonElement own)
    {
        Dictionary<string, string> merged = [];
        foreach (var pair in global.Properties().Concat(own.Properties()))
        {
            merged[pair.Name] = pair.Value.Text() ?? "";
        }

        return [.. merged];
    }

    public static string? Find(KeyValuePair<string, string>[] arguments, string name)
    {
        foreach (var pair in arguments)
        {
            if (pair.Key == name)
            {
                return pair.Value;
            }
        }

        return null;
    }
}
