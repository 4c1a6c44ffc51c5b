using System.Runtime.CompilerServices;
using Campaigns.Storage.Schema;
using Marten;

namespace Campaigns.Storage.Doctor;

/// <summary>Says what is wrong with the database: with its schema, its streams, and with everything that follows from its events.</summary>
public sealed class DatabaseDoctor(IDocumentStore store, ModuleBuilder module, Migrator migrator)
{
    /// <summary>Whether events were lost: what is made anew from such streams is wrong.</summary>
    public Check Streams { get; } = new StreamCheck(store);

    /// <summary>All checks, in the order in which they run.</summary>
    public IReadOnlyList<Check> Checks =>
        [new SchemaCheck(store, migrator), Streams, new SnapshotCheck(store, module), new ProjectionCheck(store), new StandstillCheck(store)];

    /// <summary>Runs some checks. While the database lacks migrations only its schema can be looked at.</summary>
    /// <exception cref="SchemaIsNewerException">The database has migrations that this program does not know.</exception>
    /// <exception cref="SchemaIsFormerException">The database is one of the former engine.</exception>
    public async IAsyncEnumerable<(Check Check, Diagnosis Diagnosis)> Examine(
        IReadOnlyCollection<Check> checks, IProgress<string>? progress, [EnumeratorCancellation] CancellationToken ct)
    {
        var behind = (await migrator.Pending(ct)).Count > 0;
        foreach (var check in behind ? Checks.Take(1) : checks)
        {
            yield return (check, await check.Run(progress, ct));
        }
    }
}
