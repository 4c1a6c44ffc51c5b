using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Campaigns.Storage;

/// <summary>Finds the embedded <c>.sql</c> file that stands beside a type: one statement a file, reached by its name.</summary>
public static partial class Sql
{
    static readonly ConcurrentDictionary<(Type, string), string> Loaded = new();

    /// <summary>The statement in <paramref name="file"/><c>.sql</c>, in the folder (namespace) of <typeparamref name="TBeside"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no such file.</exception>
    public static string Beside<TBeside>(string file) => Beside(typeof(TBeside), file);

    public static string Beside(Type beside, string file) =>
        Loaded.GetOrAdd((beside, file), static key => Read(key.Item1.Assembly, $"{key.Item1.Namespace}.{key.Item2}.sql"));

    /// <summary>Every statement of an assembly that is not a migration, by resource name: what a test prepares against the schema.</summary>
    public static IEnumerable<(string Name, string Text)> Statements(Assembly assembly) =>
        from name in assembly.GetManifestResourceNames()
        where name.EndsWith(".sql", StringComparison.Ordinal) && !name.Contains(".Schema.", StringComparison.Ordinal)
        orderby name
        select (name, Read(assembly, name));

    /// <summary>A statement whose parameters have names, <c>@some_name</c>, with PostgreSQL's <c>$1</c>, <c>$2</c> ... instead.</summary>
    /// <returns>The statement, and the name of each parameter in the order of their numbers.</returns>
    public static (string Text, IReadOnlyList<string> Names) NumberParameters(string text)
    {
        var names = new List<string>();
        var numbered = NamedParameter().Replace(text, match =>
        {
            var name = match.ValueSpan[1..].ToString();
            if (!names.Contains(name))
            {
                names.Add(name);
            }

            return $"${names.IndexOf(name) + 1}";
        });
        return (numbered, names);
    }

    internal static string Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no embedded statement {resource}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"(?<![@\w])@[a-z]\w*")]
    private static partial Regex NamedParameter();
}
