namespace Campaigns.Crash.Tests;

/// <summary>
/// The classes of the collection <c>killing</c> keep the machine busy, those of <c>waiting</c> mostly wait: one of each at a time, over a PostgreSQL of its
/// own, so that none takes the time that another measures.
/// </summary>
[CollectionDefinition("killing")]
public sealed class KillingCollection : ICollectionFixture<PostgresFixture>;

/// <summary>As <see cref="KillingCollection"/>.</summary>
[CollectionDefinition("waiting")]
public sealed class WaitingCollection : ICollectionFixture<PostgresFixture>;
