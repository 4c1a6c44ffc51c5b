using System.Text.Json;
using Campaigns.Audience.Import;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Audience.Offers;

/// <summary>What becomes of the other offers of contacts whom a file names.</summary>
public enum OtherOffers { Keep, Remove }

/// <summary>Takes in some rows of a file.</summary>
/// <param name="IsFirst">The commit that begins the import.</param>
/// <param name="Others">Those that are to go in the end are in nobody's way.</param>
public sealed record TakeOffers(Guid ImportId, bool IsFirst, IReadOnlyList<OfferRow> Rows, OtherOffers Others = OtherOffers.Keep);

/// <summary>The file has been read: of the contacts whom it names, offers go that it did not name.</summary>
public sealed record RemoveOtherOffers(Guid ImportId);

/// <param name="Offer">In its normal form.</param>
public sealed record OfferRow(long Line, Guid ContactId, OfferInput Offer);

/// <param name="TooMany">Rows whose contacts have as many offers as a contact can.</param>
public sealed record OffersTaken(int Created, int Changed, int Same, IReadOnlyList<long> TooMany);

public sealed record OtherOffersRemoved(int Count);

public static class ImportOffersHandler
{
    static readonly string KeepOffers = Sql.Beside<Offer>(nameof(KeepOffers));
    static readonly string ReadOffersOf = Sql.Beside<Offer>(nameof(ReadOffersOf));
    static readonly string CountUnnamedOffers = Sql.Beside<Offer>(nameof(CountUnnamedOffers));
    static readonly string DeleteUnnamedOffers = Sql.Beside<Offer>(nameof(DeleteUnnamedOffers));

    public static async Task<OffersTaken> Handle(TakeOffers command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var before = await session.DocumentStore.Database.Query(
            ReadOffersOf, reader => (Contact: reader.GetGuid(0), Id: reader.GetGuid(1), Fields: OfferFields.Read(reader.GetString(2)), Import: reader.ValueOrNull<Guid>(3)), ct,
            session.TenantId, command.Rows.Select(row => row.ContactId).Distinct().ToArray());
        var (kept, taken) = Decide(command.Rows, before.ToDictionary(
            offer => offer.Id, offer => new KnownOffer(offer.Contact, offer.Fields, Stays: command.Others == OtherOffers.Keep || offer.Import == command.ImportId)));
        if (kept.Count > 0)
        {
            session.Sql(
                KeepOffers, session.TenantId, kept.Values.Select(row => row.ContactId).ToArray(), kept.Keys.ToArray(),
                kept.Values.Select(row => row.Offer.Reference).ToArray(),
                new NpgsqlParameter { Value = kept.Values.Select(row => JsonSerializer.Serialize(row.Offer.Fields)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                command.ImportId, clock.Microseconds());
        }

        if (command.IsFirst)
        {
            caller.Keep($"/api/v1/offers/{command.ImportId}");
        }

        return taken;
    }

    public static async Task<OtherOffersRemoved> Handle(RemoveOtherOffers command, IDocumentSession session, Caller _, CancellationToken ct)
    {
        var others = await session.DocumentStore.Database.Query(CountUnnamedOffers, reader => reader.GetInt64(0), ct, session.TenantId, command.ImportId);
        session.Sql(DeleteUnnamedOffers, session.TenantId, command.ImportId);
        return new OtherOffersRemoved((int)others.Single());
    }

    /// <summary>Which rows are kept, by the id of their offer: of two about the same one the later.</summary>
    /// <param name="before">The offers that these contacts have.</param>
    public static (IReadOnlyDictionary<Guid, OfferRow> Kept, OffersTaken Taken) Decide(
        IReadOnlyList<OfferRow> rows, IReadOnlyDictionary<Guid, KnownOffer> before)
    {
        var counts = before.Values.Where(offer => offer.Stays).GroupBy(offer => offer.Contact).ToDictionary(contact => contact.Key, contact => contact.Count());
        var kept = new Dictionary<Guid, OfferRow>();
        var tooMany = new List<long>();
        var (created, changed, same) = (0, 0, 0);
        foreach (var row in rows)
        {
            var id = DerivedId.Offer(row.ContactId, row.Offer.Reference!);
            if (kept.TryGetValue(id, out var earlier))
            {
                kept[id] = row;
                Compare(earlier.Offer.Fields, row);
            }
            else if (before.TryGetValue(id, out var known) && (known.Stays || counts.GetValueOrDefault(row.ContactId) < Offer.Most))
            {
                kept[id] = row;
                counts[row.ContactId] = counts.GetValueOrDefault(row.ContactId) + (known.Stays ? 0 : 1);
                Compare(known.Fields, row);
            }
            else if (counts.GetValueOrDefault(row.ContactId) >= Offer.Most)
            {
                tooMany.Add(row.Line);
            }
            else
            {
                kept[id] = row;
                counts[row.ContactId] = counts.GetValueOrDefault(row.ContactId) + 1;
                created++;
            }
        }

        return (kept, new OffersTaken(created, changed, same, tooMany));

        void Compare<T>(IReadOnlyDictionary<string, T> fields, OfferRow row)
        {
            var isSame = fields.Count == row.Offer.Fields.Count && fields.All(field => row.Offer.Fields.GetValueOrDefault(field.Key) == field.Value as string);
            (changed, same) = isSame ? (changed, same + 1) : (changed + 1, same);
        }
    }
}

/// <param name="Stays">It counts as one of those that the contact has.</param>
public sealed record KnownOffer(Guid Contact, IReadOnlyDictionary<string, string> Fields, bool Stays);

/// <summary>What came of a file of offers. Every row is one of created, changed, same and rejected.</summary>
/// <param name="Same">Rows that said nothing new.</param>
/// <param name="Removed">Offers that went since the file did not name them.</param>
/// <param name="Rejections">The first of the rows that became no offers.</param>
/// <param name="Columns">Which column of the file became what.</param>
/// <param name="WhyNoneRemoved">Why nothing was taken away although others were to go; null where it was, or was not asked for.</param>
/// <param name="Failure">Why it ended before the file did; what was read before is in.</param>
public sealed record OffersReport(
    long Rows, long Created, long Changed, long Same, long Rejected, long Removed, IReadOnlyList<RejectedRow> Rejections, IReadOnlyList<ImportedColumn> Columns, string? WhyNoneRemoved, string? Failure);

static class ImportOffersEndpoints
{
    const int ChunkSize = 2000;
    const int MostRejections = 1000;

    static readonly string FindOwners = Sql.Beside<Offer>(nameof(FindOwners));

    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/offers", Handle)
        .WithMetadata(new GoesOn())
        .WithMetadata(LargestFile.From(api.ServiceProvider.GetRequiredService<IConfiguration>()))
        .Accepts<Stream>("text/csv", "multipart/form-data", "text/plain", "text/tab-separated-values", "application/csv", "application/octet-stream")
        .WithName("ImportOffers").WithSummary("Attach the rows of a CSV file to contacts, as their offers")
        .WithDescription(
            "Each row is an offer of the contact whose e-mail address, or telephone number, stands in it: contacts are imported before. Every other column is a field of the offer. "
            + "`reference` names the column by which an offer is known among those of its contact; without it the fields are what it is known by, so that a file that is sent twice "
            + "changes nothing. `others` says what becomes of offers that the contacts of the file had before: keep (the default) or remove.")
        .Produces<OffersReport>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(HttpRequest http, ApiRequest request, CancellationToken ct, string? reference = null, Word<OtherOffers>? others = null)
    {
        UploadedFile? upload;
        ContactFile? file;
        Refusal? unusable;
        try
        {
            (upload, unusable) = await UploadedFile.Of(http, ct);
            (file, unusable) = upload is null ? (null, unusable) : await ContactFile.Open(upload.Content, upload.Encoding, ct);
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            return Problems.Problem("upload-broken", $"The upload broke off before its first rows: {error.Message}", StatusCodes.Status400BadRequest);
        }

        if (file is null)
        {
            return unusable!.ToProblem();
        }

        await using (file)
        {
            var known = string.IsNullOrWhiteSpace(reference) ? null : ContactColumns.SnakeCase(reference);
            if (known is not null && (ContactColumns.IsOwnField(known) || !file.Columns.Any(column => column.Field == known)))
            {
                return new Refusal(
                    "reference-unknown", $"No column of the file is a field '{reference}' of offers. Such are {string.Join(", ", file.Columns.Select(column => column.Field).OfType<string>().Where(field => !ContactColumns.IsOwnField(field)))}.",
                    RefusalKind.Invalid).ToProblem();
            }

            var report = await Run(file, known, others?.Value ?? OtherOffers.Keep, request, ct);
            return report.Failure is { } failure
                ? Problems.Problem("import-failed", failure, StatusCodes.Status422UnprocessableEntity, ("report", report))
                : TypedResults.Ok(report);
        }
    }

    static async Task<OffersReport> Run(ContactFile file, string? reference, OtherOffers others, ApiRequest request, CancellationToken ct)
    {
        var id = request.Begun ?? Guid.CreateVersion7(request.Now);
        var isFirst = request.Begun is null;
        var rejections = new List<RejectedRow>();
        RejectedRow? lost = null; // the first row of which it may be unknown what it would have kept
        var (rows, created, changed, same, rejected) = (0L, 0L, 0L, 0L, 0L);
        while (true)
        {
            var chunk = await file.Read(ChunkSize, ct);
            rows += chunk.Rows.Count;
            var (usable, unusable) = await Match(chunk.Rows, reference, request, ct);
            if (usable.Count > 0)
            {
                var taken = await request.Send<OffersTaken>(new TakeOffers(id, isFirst, usable, others), CancellationToken.None);
                isFirst = false;
                (created, changed, same) = (created + taken.Created, changed + taken.Changed, same + taken.Same);
                unusable.AddRange(taken.TooMany.Select(line => new RejectedRow(line, "too-many-offers", $"a contact has at most {Offer.Most}", null)));
            }

            lost ??= unusable.Find(row => row.Reason is RejectionReason.MalformedRow or RejectionReason.InvalidText or RejectionReason.ValueTooLong or "unusable-offer" or "too-many-offers");
            rejected += unusable.Count;
            rejections.AddRange(unusable.OrderBy(row => row.Line).Take(MostRejections - rejections.Count));
            if (chunk.Ended)
            {
                var whyNone = others == OtherOffers.Keep ? null
                    : lost is { } row ? $"Nothing was taken away: the row of line {row.Line} could not be read ({row.Reason}), and what it is about might have gone. Mend it, and send the file again."
                    : null;
                var removed = chunk.Failure is null && whyNone is null && others == OtherOffers.Remove && !isFirst
                    ? (await request.Send<OtherOffersRemoved>(new RemoveOtherOffers(id), CancellationToken.None)).Count
                    : 0;
                return new OffersReport(rows, created, changed, same, rejected, removed, rejections, file.Columns, whyNone, chunk.Failure);
            }
        }
    }

    /// <summary>Whose offer each row is, and which fields it has.</summary>
    static async Task<(List<OfferRow> Usable, List<RejectedRow> Unusable)> Match(IReadOnlyList<FileRow> rows, string? reference, ApiRequest request, CancellationToken ct)
    {
        var (usable, unusable) = (new List<OfferRow>(), new List<RejectedRow>());
        var owners = (await request.Store.Database.Query(
                FindOwners, reader => (Key: reader.GetString(0), Id: reader.GetGuid(1)), ct, request.TenantId,
                rows.Select(row => row.Email).OfType<string>().ToArray(),
                rows.Where(row => row is { Rejection: null, Email: null }).Select(row => row.Phone).OfType<string>().ToArray()))
            .ToLookup(owner => owner.Key, owner => owner.Id, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row.Rejection is { } reason)
            {
                unusable.Add(new RejectedRow(row.Line, reason, row.Value, null));
                continue;
            }

            if (owners[row.Key].ToList() is not [var owner])
            {
                unusable.Add(new RejectedRow(row.Line, owners.Contains(row.Key) ? "several-contacts" : "unknown-contact", row.Key, null));
                continue;
            }

            var fields = OfferFields.Read(row.Attributes);
            var (offer, wrong) = new OfferInput(
                fields.ToDictionary(field => field.Key, field => (string?)field.Value), reference is null ? null : fields.GetValueOrDefault(reference)).Normalise();
            if (wrong is null && reference is not null && !fields.ContainsKey(reference))
            {
                wrong = $"there is no {reference}";
            }

            if (wrong is null)
            {
                usable.Add(new OfferRow(row.Line, owner, offer));
            }
            else
            {
                unusable.Add(new RejectedRow(row.Line, "unusable-offer", wrong, null));
            }
        }

        return (usable, unusable);
    }
}
