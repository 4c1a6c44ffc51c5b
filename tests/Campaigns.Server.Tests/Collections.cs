namespace Campaigns.Server.Tests;

/// <summary>The classes marked <c>[Collection("postgres")]</c> share one PostgreSQL, and get a database each.</summary>
[CollectionDefinition("postgres")]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>;

/// <summary>The same for the classes about campaigns that are sent, beside the others: a machine has two processors at least.</summary>
[CollectionDefinition("sending")]
public sealed class SendingCollection : ICollectionFixture<PostgresFixture>;

/// <summary>And for those about the program and its commands.</summary>
[CollectionDefinition("running")]
public sealed class RunningCollection : ICollectionFixture<PostgresFixture>;

/// <summary>
/// The classes of the collection <c>waiting</c> run servers in processes of their own and mostly wait for them: beside the others, over a PostgreSQL of
/// their own.
/// </summary>
[CollectionDefinition("waiting")]
public sealed class WaitingCollection : ICollectionFixture<PostgresFixture>;
