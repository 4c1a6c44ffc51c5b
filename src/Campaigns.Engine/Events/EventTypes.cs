using System.Text.Json;
using System.Text.Json.Serialization;

namespace Campaigns.Engine.Events;

/// <summary>The stored names of events, messages and streams. A name, once stored, never changes; a CLR name may.</summary>
public sealed class EventTypes
{
    /// <summary>The stored form: camelCase members, enums as strings, absent instead of null.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        AllowDuplicateProperties = false,
    };

    readonly Dictionary<Type, StoredType> byType = [];
    readonly Dictionary<string, StoredType> byName = new(StringComparer.Ordinal);

    /// <summary>All event types by stored name, for catalogues and approval tests.</summary>
    public IReadOnlyDictionary<string, StoredType> ByName => byName;

    internal void Add(Type type, string name)
    {
        var stored = new StoredType(type, name, $"{type.FullName}, {type.Assembly.GetName().Name}");
        if (!byName.TryAdd(name, stored) || !byType.TryAdd(type, stored))
        {
            throw new InvalidOperationException($"The event {name} ({type.Name}) is registered twice.");
        }
    }

    /// <exception cref="InvalidOperationException">The type was never given a stored name.</exception>
    public StoredType Of(Type type) => byType.TryGetValue(type, out var stored)
        ? stored
        : throw new InvalidOperationException($"{type.Name} has no stored name: register it with EngineSetup.Event.");

    internal object? Read(string name, string body) =>
        byName.TryGetValue(name, out var stored) ? JsonSerializer.Deserialize(body, stored.Type, Json) : null;
}

/// <param name="ClrName">What Marten keeps in <c>mt_dotnet_type</c>; informative only.</param>
public sealed record StoredType(Type Type, string Name, string ClrName);
