using Campaigns.Storage;
using JasperFx;
using JasperFx.Events;
using Marten.Exceptions;
using Npgsql;

namespace Campaigns.Tests.Storage;

/// <summary>Whether somebody else was faster, the database is away, or something is wrong.</summary>
public sealed class a_lost_race
{
    public static TheoryData<Exception, bool> Errors => new()
    {
        { new ConcurrencyException("", null), true },
        { new EventStreamUnexpectedMaxEventIdException("moved on"), true },
        { Sql(PostgresErrorCodes.UniqueViolation), true },
        { Sql(PostgresErrorCodes.DeadlockDetected), true },
        { Sql(PostgresErrorCodes.SerializationFailure), true },
        { Sql("MT003"), true },
        { new MartenCommandException(new NpgsqlCommand(), Sql(PostgresErrorCodes.UniqueViolation)), true },
        { new AggregateException(new ConcurrencyException("", null), Sql("MT003")), true },
        { new AggregateException(new ConcurrencyException("", null), new InvalidOperationException()), false },
        { Sql("MT001"), false }, // archived: it stays so
        { Sql(MessageFence.Lost), false },
        { Sql(Races.PermitsTaken), false },
        { Sql(PostgresErrorCodes.CheckViolation), false },
        { new InvalidOperationException(), false },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void is_known_by_what_was_thrown(Exception error, bool isLost) => Races.Lost(error).ShouldBe(isLost);

    [Fact]
    public void for_permits_or_for_a_message_has_a_name_of_its_own()
    {
        Races.PermitsWereTaken(Sql("CP001")).ShouldBeTrue();
        Races.PermitsWereTaken(new MartenCommandException(new NpgsqlCommand(), Sql("CP001"))).ShouldBeTrue();
        Races.PermitsWereTaken(Sql("CE001")).ShouldBeFalse();
        MessageFence.Refused(Sql("CE001")).ShouldBeTrue();
        MessageFence.Refused(new MartenCommandException(new NpgsqlCommand(), Sql("CE001"))).ShouldBeTrue();
        MessageFence.Refused(new AggregateException(new InvalidOperationException(), Sql("CE001"))).ShouldBeTrue("nothing was committed, whatever else went wrong");
        MessageFence.Refused(Sql("MT003")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(PostgresErrorCodes.AdminShutdown, true)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction, true)]
    [InlineData(PostgresErrorCodes.UniqueViolation, false)]
    [InlineData(MessageFence.Lost, false)]
    public void is_not_a_database_that_is_away(string sqlState, bool isAway)
    {
        Races.DatabaseIsAway(Sql(sqlState)).ShouldBe(isAway);
        Races.DatabaseIsAway(new MartenCommandException(new NpgsqlCommand(), Sql(sqlState))).ShouldBe(isAway);
        (Races.DatabaseIsAway(Sql(sqlState)) && Races.Lost(Sql(sqlState))).ShouldBeFalse();
    }

    [Fact]
    public void is_not_a_connection_that_broke()
    {
        Races.DatabaseIsAway(new NpgsqlException("broken", new IOException())).ShouldBeTrue();
        Races.Lost(new NpgsqlException("broken", new IOException())).ShouldBeFalse();
        Races.DatabaseIsAway(new InvalidOperationException()).ShouldBeFalse();
    }

    static PostgresException Sql(string state) => new("it says", "ERROR", "ERROR", state);
}
