using System.Text.Json;

namespace Campaigns.Engine.Events;

/// <summary>Makes a present fact of a body that was stored under a name, and in a shape, of the past.</summary>
sealed record Upcaster(string OldName, Type Type, Func<string, object> Cast)
{
    public static Upcaster From<TOld, TNew>(string oldName, Func<TOld, TNew> cast)
        where TNew : notnull =>
        new(oldName, typeof(TNew), body => cast(JsonSerializer.Deserialize<TOld>(body, EventTypes.Json)!));

    /// <exception cref="JsonException">It cannot be made of this body: whoever reads knows of one way in which a body does not fit.</exception>
    public object Read(string body)
    {
        try
        {
            return Cast(body);
        }
        catch (Exception error) when (error is not JsonException)
        {
            throw new JsonException($"A stored {OldName} cannot be upcast to {Type.Name}: {error.Message}", error);
        }
    }
}
