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
    readonly Dictionary<string, Upcaster> upcasters = new(StringComparer.Ordinal);
    readonly Dictionary<Type, Func<object, object>> masks = [];

    /// <summary>All event types by stored name, for catalogues and approval tests.</summary>
    public IReadOnlyDictionary<string, StoredType> ByName => byName;

    /// <summary>Every stored name that this program can read: the present ones and the old ones that are upcast.</summary>
    internal IEnumerable<string> Readable => byName.Keys.Concat(upcasters.Keys);

    internal void Add(Type type, string name)
    {
        var stored = new StoredType(type, name, $"{type.FullName}, {type.Assembly.GetName().Name}");
        if (!byName.TryAdd(name, stored) || !byType.TryAdd(type, stored))
        {
            throw new InvalidOperationException($"The event {name} ({type.Name}) is registered twice.");
        }
    }

    internal void Add(Upcaster upcaster)
    {
        if (!upcasters.TryAdd(upcaster.OldName, upcaster))
        {
            throw new InvalidOperationException($"The old event {upcaster.OldName} is upcast twice.");
        }
    }

    internal void Add<T>(Func<T, T> mask)
        where T : notnull
    {
        if (!masks.TryAdd(typeof(T), fact => mask((T)fact)))
        {
            throw new InvalidOperationException($"{typeof(T).Name} is masked twice.");
        }
    }

    /// <exception cref="InvalidOperationException">The type was never given a stored name.</exception>
    public StoredType Of(Type type) => byType.TryGetValue(type, out var stored)
        ? stored
        : throw new InvalidOperationException($"{type.Name} has no stored name: register it with EngineSetup.Event.");

    /// <summary>All the names under which events of a type may be stored: its present one, and old ones that are upcast to it.</summary>
    /// <exception cref="InvalidOperationException">The type was never given a stored name.</exception>
    public IReadOnlyList<string> Names(Type type) =>
        [Of(type).Name, .. upcasters.Values.Where(upcaster => upcaster.Type == type).Select(upcaster => upcaster.OldName)];

    /// <summary>Everything was registered by now, in whatever order: what does not fit together is said before anything runs.</summary>
    /// <exception cref="InvalidOperationException">
    /// An old name is a present one too, or something is upcast to, or masked in, a type without a name.
    /// </exception>
    internal void Verify()
    {
        foreach (var upcaster in upcasters.Values)
        {
            if (byName.TryGetValue(upcaster.OldName, out var present))
            {
                throw new InvalidOperationException(
                    $"The event {upcaster.OldName} is upcast to {upcaster.Type.Name}, but is also the present name of {present.Type.Name}.");
            }

            if (!byType.ContainsKey(upcaster.Type))
            {
                throw new InvalidOperationException(
                    $"The event {upcaster.OldName} is upcast to {upcaster.Type.Name}, which has no stored name: register it with EngineSetup.Event.");
            }
        }

        if (masks.Keys.FirstOrDefault(type => !byType.ContainsKey(type)) is { } masked)
        {
            throw new InvalidOperationException($"{masked.Name} has a mask but no stored name: register it with EngineSetup.Event.");
        }
    }

    /// <summary>How a fact looks once what is personal is gone; null where nothing in it is.</summary>
    internal Func<object, object>? Mask(Type type) => masks.GetValueOrDefault(type);

    /// <summary>The present fact of a stored body; null where the name is not known.</summary>
    /// <exception cref="JsonException">The body does not fit its type, or its upcaster.</exception>
    internal object? Read(string name, string body) =>
        byName.TryGetValue(name, out var stored) ? JsonSerializer.Deserialize(body, stored.Type, Json)
        : upcasters.TryGetValue(name, out var upcaster) ? upcaster.Read(body)
        : null;
}

/// <param name="ClrName">What Marten keeps in <c>mt_dotnet_type</c>; informative only.</param>
public sealed record StoredType(Type Type, string Name, string ClrName);
