using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Marten;

namespace Campaigns.Storage;

/// <summary>Statements that take many rows at once, and name the columns they take.</summary>
public static class RowStatement
{
    /// <summary>
    /// Adds a statement to the commit: each <c>@some_name</c> in it is an array, with the property <c>SomeName</c> of all rows.
    /// </summary>
    /// <exception cref="InvalidOperationException">The statement names a column for which the rows have no property.</exception>
    public static void SqlForRows<TRow>(this IDocumentOperations session, string text, TRow[] rows)
        where TRow : class
    {
        var (numbered, columns) = Statements<TRow>.Loaded.GetOrAdd(text, Statements<TRow>.Load);
        session.Sql(numbered, Array.ConvertAll(columns, column => column(rows)));
    }

    static class Statements<TRow>
        where TRow : class
    {
        public static readonly ConcurrentDictionary<string, (string Text, Func<TRow[], object>[] Columns)> Loaded =
            new(StringComparer.Ordinal);

        public static (string Text, Func<TRow[], object>[] Columns) Load(string text)
        {
            var (numbered, names) = Sql.NumberParameters(text);
            var properties = typeof(TRow).GetProperties()
                .ToDictionary(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            return (numbered, [.. names.Select(name => properties.TryGetValue(name, out var property)
                ? Column(property)
                : throw new InvalidOperationException(
                    $"The statement takes @{name}, and {typeof(TRow).Name} has no property of that name."))]);
        }

        static Func<TRow[], object> Column(PropertyInfo property) =>
            (Func<TRow[], object>)typeof(Statements<TRow>)
                .GetMethod(nameof(Values), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(property.PropertyType).Invoke(null, [property.GetMethod!])!;

        static Func<TRow[], object> Values<TValue>(MethodInfo getter)
        {
            var value = getter.CreateDelegate<Converter<TRow, TValue>>();
            return rows => Array.ConvertAll(rows, value);
        }
    }
}
