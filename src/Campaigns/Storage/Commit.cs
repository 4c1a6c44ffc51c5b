using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using JasperFx;
using JasperFx.Events;
using Marten;
using Npgsql;
using Weasel.Core;
using Weasel.Postgresql;
using Weasel.Storage;
using ICommandBuilder = Weasel.Postgresql.ICommandBuilder;
using IStorageOperation = Marten.Internal.Operations.IStorageOperation;

namespace Campaigns.Storage;

/// <summary>Statements of ours in the transaction of a Marten session, without a round trip of their own.</summary>
/// <remarks>
/// Marten runs what belongs to <see cref="IEvent"/> first, in the order in which it was queued: locks and checks come before the events of the commit
/// because they are queued before Marten queues those, when it saves. <c>QueueSqlCommand</c> would take each parameter once, types times as without a
/// zone, and could not be a query.
/// </remarks>
public static partial class Commit
{
    static readonly ConcurrentDictionary<string, Text> Texts = new(StringComparer.Ordinal);

    /// <summary>Adds a statement to the commit: before its events where it is added by a handler, behind them where an inline projection adds it.</summary>
    /// <param name="text">One statement with positional parameters <c>$1</c>, <c>$2</c> ...; what a query returns is not read.</param>
    /// <param name="values">Values, or <see cref="NpgsqlParameter"/>s where the type has to be said.</param>
    public static void Sql(this IDocumentOperations session, string text, params object?[] values)
    {
        var parsed = Texts.GetOrAdd(text, Text.Parse);
        session.QueueOperation(parsed.IsQuery ? new Statement(parsed, values) : new Command(parsed, values));
    }

    /// <summary>Adds a query to the commit that has to find a row, as it found one when it was decided: else somebody was faster, and nothing is changed.</summary>
    /// <typeparam name="T">What the row is.</typeparam>
    /// <param name="text">As of <see cref="Sql"/>; holds the row.</param>
    public static void Expect<T>(this IDocumentOperations session, Guid id, string text, params object?[] values) =>
        session.QueueOperation(new Expectation(Texts.GetOrAdd(text, Text.Parse), values, typeof(T), id));

    /// <summary>A statement, cut at its parameters.</summary>
    sealed partial record Text(IReadOnlyList<(string Before, int Parameter)> Parts, string End, bool IsQuery)
    {
        public static Text Parse(string text)
        {
            var (parts, end) = (new List<(string, int)>(), 0);
            foreach (Match match in Number().Matches(text))
            {
                parts.Add((text[end..match.Index], int.Parse(match.ValueSpan[1..], CultureInfo.InvariantCulture)));
                end = match.Index + match.Length;
            }

            return new Text(parts, text[end..].TrimEnd(), Query().IsMatch(text));
        }

        [GeneratedRegex(@"\$\d+")]
        private static partial Regex Number();

        [GeneratedRegex(@"\A(\s*--.*\n)*\s*select\b", RegexOptions.IgnoreCase)]
        private static partial Regex Query();
    }

    class Statement(Text text, object?[] values) : IStorageOperation
    {
        public Type DocumentType => typeof(IEvent);

        public OperationRole Role() => OperationRole.Other;

        public void ConfigureCommand(ICommandBuilder builder, IStorageSession session)
        {
            // The builder numbers parameters in the order in which they are appended; one that comes again is named again.
            var places = new Dictionary<int, string>();
            foreach (var (before, parameter) in text.Parts)
            {
                builder.Append(before);
                if (places.TryGetValue(parameter, out var place))
                {
                    builder.Append(place);
                    continue;
                }

                places.Add(parameter, $"${places.Count + 1}");
                if (values[parameter - 1] is NpgsqlParameter typed)
                {
                    builder.AppendParameter(typed.Value ?? DBNull.Value, typed.NpgsqlDbType);
                }
                else
                {
                    builder.AppendParameter(values[parameter - 1] ?? DBNull.Value);
                }
            }

            builder.Append(text.End);
        }

        public virtual Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token) => Task.CompletedTask;
    }

    sealed class Expectation(Text text, object?[] values, Type what, Guid id) : Statement(text, values)
    {
        public override async Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token)
        {
            if (!await reader.ReadAsync(token))
            {
                exceptions.Add(new ConcurrencyException(what, id));
            }
        }
    }

    /// <summary>Marten reads a result for each operation but for those marked as having none.</summary>
    sealed class Command(Text text, object?[] values) : Statement(text, values), NoDataReturnedCall;
}
