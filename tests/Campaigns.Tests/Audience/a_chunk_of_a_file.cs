using Campaigns.Audience.Import;

namespace Campaigns.Tests.Audience;

public sealed class a_chunk_of_a_file
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly Guid Ann = Guid.Parse("0195f6d0-0000-7000-8000-000000000001");

    [Fact]
    public void makes_a_contact_of_every_new_address()
    {
        var chunk = Decide([new FileRow(2, "ann@example.com"), new FileRow(3, "bob@example.com")]);

        chunk.Created.Select(contact => contact.Row.Email).ShouldBe(["ann@example.com", "bob@example.com"]);
        chunk.Rejected.ShouldBeEmpty();
    }

    [Fact]
    public void takes_an_address_once_and_its_first_line_wins()
    {
        var chunk = Decide([new FileRow(2, "ann@example.com", "Ann"), new FileRow(3, "ann@example.com", "Anna")]);

        chunk.Created.ShouldHaveSingleItem().Row.FirstName.ShouldBe("Ann");
        chunk.Rejected.ShouldBe([new RejectedRow(3, RejectionReason.Duplicate, "ann@example.com", 2)]);
    }

    [Fact]
    public void knows_the_addresses_of_earlier_chunks_by_their_line()
    {
        var chunk = Decide([new FileRow(2003, "ann@example.com")], ("ann@example.com", new KnownContact(Ann, 17)));

        chunk.Rejected.ShouldBe([new RejectedRow(2003, RejectionReason.Duplicate, "ann@example.com", 17)]);
    }

    [Fact]
    public void finds_the_contacts_that_are_older_than_the_import()
    {
        var chunk = Decide([new FileRow(2, "ann@example.com"), new FileRow(3, "ann@example.com")], ("ann@example.com", new KnownContact(Ann, null)));

        chunk.Created.ShouldBeEmpty();
        chunk.Known.ShouldHaveSingleItem().Id.ShouldBe(Ann);
        chunk.Rejected.ShouldHaveSingleItem().DuplicateOf.ShouldBe(2);
    }

    [Fact]
    public void counts_every_row_exactly_once()
    {
        var chunk = Decide(
            [
                new FileRow(2, "ann@example.com"), new FileRow(3, "bob@example.com", UnknownTimeZone: "Mars/Olympus", UnusablePhone: "079"), new FileRow(4, "bob@example.com"),
                new FileRow(5, null, Rejection: RejectionReason.MissingAddress),
            ],
            ("ann@example.com", new KnownContact(Ann, null)));

        chunk.Progress(ExistingContacts.Keep).ShouldBe(new ImportProgressed(
            Line: 5, Rows: 4, Created: 1, Existing: 1, Updated: 0, Duplicate: 1, Invalid: 1, UnknownTimeZones: 1, UnusablePhones: 1));
        chunk.Progress(ExistingContacts.Update).ShouldBe(new ImportProgressed(
            Line: 5, Rows: 4, Created: 1, Existing: 0, Updated: 1, Duplicate: 1, Invalid: 1, UnknownTimeZones: 1, UnusablePhones: 1));
    }

    [Fact]
    public void tells_each_value_that_was_left_out_but_none_of_a_row_that_is_rejected()
    {
        var chunk = Decide(
        [
            new FileRow(2, "ann@example.com", UnusablePhone: "079", UnknownTimeZone: "Mars/Olympus"), new FileRow(3, "ann@example.com", UnusablePhone: "078"),
            new FileRow(4, "bob@example.com", UnusablePhone: "077"),
        ], ("bob@example.com", new KnownContact(Ann, null)));

        chunk.LeftOut.ShouldBe(
        [
            new RejectedRow(2, RejectionReason.UnusablePhone, "079", null), new RejectedRow(2, RejectionReason.UnknownTimeZone, "Mars/Olympus", null),
            new RejectedRow(4, RejectionReason.UnusablePhone, "077", null),
        ]);
        chunk.Rejected.Select(row => (row.Line, row.Reason)).ShouldBe([(3, RejectionReason.Duplicate)]);
    }

    [Fact]
    public void knows_those_without_an_address_by_their_number()
    {
        var chunk = Decide(
            [
                new FileRow(2, null, Phone: "+41791234567"), new FileRow(3, null, Phone: "+41791234567"), new FileRow(4, null, Phone: "+41791234568"),
                new FileRow(5, "ann@example.com", Phone: "+41791234567"),
            ],
            ("+41791234568", new KnownContact(Ann, null)));

        chunk.Created.Select(contact => contact.Row.Line).ShouldBe([2, 5]);
        chunk.Known.ShouldHaveSingleItem().Row.Line.ShouldBe(4);
        chunk.Rejected.ShouldBe([new RejectedRow(3, RejectionReason.Duplicate, "+41791234567", 2)]);
    }

    [Fact]
    public void adds_up_in_the_state_of_the_import()
    {
        var list = Guid.Parse("0195f6d0-0000-7000-8000-000000000002");
        object[] facts =
        [
            new ImportStarted("people.csv", list, ExistingContacts.Update), new ImportProgressed(3, 2, 1, 0, 1, 0, 0, 1),
            new ImportProgressed(6, 3, 1, 0, 0, 1, 1, 0), new ImportFailed("The upload broke off.", 6),
        ];

        facts.Aggregate(ContactImport.Initial, (import, fact) => import.Evolve(fact)).ShouldBe(new ContactImport(
            ImportStatus.Failed, "people.csv", list, ExistingContacts.Update, Line: 6, Rows: 5, Created: 2, Existing: 0, Updated: 1,
            Duplicate: 1, Invalid: 1, UnknownTimeZones: 1, Failure: "The upload broke off."));
    }

    static ImportChunk Decide(IReadOnlyList<FileRow> rows, params (string Email, KnownContact Contact)[] known) =>
        ImportChunk.Decide(rows, known.ToDictionary(found => found.Email, found => found.Contact), Now);
}
