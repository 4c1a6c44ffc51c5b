using Npgsql;

namespace Campaigns.Storage.History;

/// <summary>
/// How far all events may be read in position order without missing one. Positions are drawn before the commit, so a hole may still
/// be filled; it is dead only when every transaction that could fill it has ended.
/// </summary>
/// <remarks>
/// Whoever drew a position below one that is visible drew it earlier, and PostgreSQL locks the sequence for who draws from it until the transaction
/// ends. So a hole is dead once all who held that lock when the hole was seen have let go of it. That is exact: it needs no time-out, nobody waits
/// for it, and transactions that do not append hold nothing up, however long they take. Marten's own high water goes by a time-out.
/// </remarks>
public sealed class HighWater(NpgsqlDataSource database, long position = 0)
{
    /// <summary>Positions looked at in one step.</summary>
    const int Step = 50_000;

    static readonly string SettledPosition = Sql.Beside<HighWater>(nameof(SettledPosition));
    static readonly string Appenders = Sql.Beside<HighWater>(nameof(Appenders));

    HashSet<string> suspects = [];
    long suspectedBelow;

    /// <summary>Every event up to here is visible, and no other will ever be.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Whether a hole that may still be filled stands in the way: look again soon.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Moves the position as far as is certain now.</summary>
    /// <returns>Whether it moved.</returns>
    public async Task<bool> Advance(CancellationToken ct)
    {
        var before = Position;
        while (true)
        {
            var (settled, highest) = await Look(ct);
            Position = settled;
            IsHeld = settled < highest;
            if (!IsHeld)
            {
                return Position > before;
            }

            if (suspectedBelow <= settled)
            {
                // A hole not seen before. Who is appending is asked after the look: whoever has ended by now left his events visible.
                suspects = await Appending(ct);
                suspectedBelow = highest;
            }
            else
            {
                suspects.IntersectWith(await Appending(ct));
            }

            if (suspects.Count > 0)
            {
                return Position > before;
            }

            // Nobody is left who could fill a hole below the highest position seen: what is missing there now is missing for ever.
            Position = suspectedBelow;
            IsHeld = false;
        }
    }

    async Task<(long Settled, long Highest)> Look(CancellationToken ct)
    {
        await using var command = database.CreateCommand(SettledPosition);
        command.Parameters.Add(new() { Value = Position });
        command.Parameters.Add(new() { Value = Step });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    async Task<HashSet<string>> Appending(CancellationToken ct)
    {
        await using var command = database.CreateCommand(Appenders);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var transactions = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            transactions.Add(reader.GetString(0));
        }

        return transactions;
    }
}
