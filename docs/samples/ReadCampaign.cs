#!/usr/bin/env dotnet
#:package Marten@9.59.0
#:property PublishAot=false
#:property ManagePackageVersionsCentrally=false
#:property AnalysisLevel=none

// Reads a campaign with nothing but Marten: its events, its state now and as of yesterday, and a projection of one's own, rebuilt from all events.
// dotnet run docs/samples/ReadCampaign.cs -- "Host=...;Username=analyst;Database=campaigns" ORGANISATION CAMPAIGN
using JasperFx.Events;
using JasperFx.Events.Projections;
using JasperFx.MultiTenancy;
using Marten;
using Marten.Events.Projections;
using Weasel.Core;

var (database, organisation, id) = (args[0], args[1], Guid.Parse(args[2]));
await using var store = DocumentStore.For(options =>
{
    options.Connection(database);
    options.DatabaseSchemaName = "campaigns";
    options.AutoCreateSchemaObjects = JasperFx.AutoCreate.None; // look, and change nothing
    options.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.CamelCase);
    options.Events.TenancyStyle = TenancyStyle.Conjoined;
    options.Events.MetadataConfig.EnableAll();
    options.Events.MetadataConfig.UserNameEnabled = true;
    options.Events.AddEventTypes(typeof(Facts).GetNestedTypes()); // CampaignPaused is stored as campaign_paused
    options.Projections.Add(new OpensByHour(), ProjectionLifecycle.Async);
});
await using var session = store.LightweightSession(organisation);
foreach (var e in await session.Events.FetchStreamAsync(id))
{
    Console.WriteLine($"{e.Version,4} {e.Timestamp:u} {e.EventTypeName} {e.UserName} {e.Data}");
}

Console.WriteLine($"now: {await session.Events.AggregateStreamAsync<Pace>(id)}");
var yesterday = await session.Events.AggregateStreamAsync<Pace>(id, timestamp: DateTimeOffset.UtcNow.AddDays(-1));
Console.WriteLine($"yesterday: {yesterday?.ToString() ?? "there was no such campaign"}");

using var daemon = await store.BuildProjectionDaemonAsync();
await daemon.RebuildProjectionAsync("opens_by_hour", CancellationToken.None);
var opens = await session.AdvancedSql.QueryAsync<long>("select coalesce(sum(opens), 0)::bigint from analyst.opens_by_hour", default);
Console.WriteLine($"opens, of all campaigns: {opens.Single()}");

/// <summary>A state of one's own: how far the campaign is.</summary>
public class Pace
{
    public Guid Id { get; set; }
    public int Batches { get; set; }
    public int Sent { get; set; }
    public void Apply(Facts.BatchCompleted fact) => (Batches, Sent) = (Batches + 1, Sent + fact.Sent);
    public override string ToString() => $"{Sent} sent in {Batches} batches";
}

/// <summary>
/// A projection of one's own, in a schema of one's own:
/// create schema analyst; create table analyst.opens_by_hour (hour timestamptz primary key, opens int not null)
/// </summary>
public sealed partial class OpensByHour : EventProjection
{
    public OpensByHour()
    {
        Name = "opens_by_hour";
        IncludeType<Facts.MessageOpened>();
        Options.DeleteDataInTableOnTeardown("analyst.opens_by_hour");
    }

    public void Project(IEvent<Facts.MessageOpened> opened, IDocumentOperations operations) => operations.QueueSqlCommand(
        "insert into analyst.opens_by_hour as o values (date_trunc('hour', ?::timestamptz), 1) on conflict (hour) do update set opens = o.opens + 1", opened.Data.At);
}

/// <summary>Every event of a campaign by name, and of each the members that are wanted. docs/events.md lists them all.</summary>
public static class Facts
{
    public record CampaignDrafted; public record CampaignEdited; public record CampaignDeleted; public record CampaignSubmitted;
    public record CampaignApproved; public record CampaignRejected; public record CampaignScheduled; public record CampaignLaunched;
    public record AudienceHydrated(int Queued, int Skipped); public record BatchStarted; public record BatchCompleted(int Number, int Sent, int Failed);
    public record DoubtsLeft; public record DoubtsSettled; public record NextBatchScheduled; public record CampaignPaused(string Reason); public record CampaignResumed;
    public record CampaignCancelled; public record CampaignCompleted; public record CampaignReassessed; public record CampaignArchived;
    public record CampaignRetried; public record RecipientsRequeued;
    public record MessageOpened(DateTimeOffset At, bool Machine); // of recipients: for the projection
}
