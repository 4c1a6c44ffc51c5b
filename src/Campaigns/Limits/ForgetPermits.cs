using Campaigns.Storage;
using Marten;
using Npgsql;
using Wolverine.Attributes;

namespace Campaigns.Limits;

/// <summary>Removes permits and waits that count no more, of limits that nobody has asked for since.</summary>
[MessageIdentity("forget_permits")]
public sealed record ForgetPermits;

public static class ForgetPermitsHandler
{
    /// <summary>Rows removed by one statement: few enough to hold no claim up.</summary>
    const int AtOnce = 10_000;

    static readonly string ForgetUsed = Sql.Beside(typeof(ForgetPermitsHandler), nameof(ForgetUsed));
    static readonly string ForgetWaits = Sql.Beside(typeof(ForgetPermitsHandler), nameof(ForgetWaits));

    public static async Task Handle(ForgetPermits message, IDocumentSession session, NpgsqlDataSource database, TimeProvider clock, CancellationToken ct)
    {
        var time = clock.Microseconds();
        for (var count = AtOnce; count == AtOnce;)
        {
            await using var command = database.CreateCommand(ForgetUsed);
            command.Parameters.Add(new() { Value = time });
            command.Parameters.Add(new() { Value = AtOnce });
            count = await command.ExecuteNonQueryAsync(ct);
        }

        session.Sql(ForgetWaits, time.AddHours(-1));
    }
}
