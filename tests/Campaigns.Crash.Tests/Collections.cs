namespace Campaigns.Crash.Tests;

/// <summary>
/// The classes of the collection <c>killing</c> keep the machine busy, those of the others mostly wait for servers to start and for work to be taken
/// over: one class of each collection at a time, over a PostgreSQL of its own.
/// </summary>
[CollectionDefinition("killing")]
public sealed class KillingCollection : ICollectionFixture<PostgresFixture>;

/// <summary>As <see cref="KillingCollection"/>.</summary>
[CollectionDefinition("waiting")]
public sealed class WaitingCollection : ICollectionFixture<PostgresFixture>;

/// <summary>As <see cref="KillingCollection"/>.</summary>
[CollectionDefinition("killing at a point")]
public sealed class KillingAtAPointCollection : ICollectionFixture<PostgresFixture>;

/// <summary>As <see cref="KillingCollection"/>.</summary>
[CollectionDefinition("killing one")]
public sealed class KillingOneCollection : ICollectionFixture<PostgresFixture>;

/// <summary>As <see cref="KillingCollection"/>.</summary>
[CollectionDefinition("standing still")]
public sealed class StandingStillCollection : ICollectionFixture<PostgresFixture>;
