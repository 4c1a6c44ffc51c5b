using Campaigns.Audience.Import;
using Campaigns.Storage;

namespace Campaigns.Tests.Audience;

public sealed class an_import_left_behind
{
    static readonly ContactImport Running = ContactImport.Initial
        .Evolve(new ImportStarted("people.csv", null, ExistingContacts.Keep)).Evolve(new ImportProgressed(2001, 2000, 2000, 0, 0, 0, 0, 0));

    [Fact]
    public void fails_with_the_line_it_reached()
    {
        var failed = Look(Running, version: 2, seen: 2).Events.ShouldHaveSingleItem().ShouldBeOfType<ImportFailed>();
        failed.Line.ShouldBe(2001);
        failed.Reason.ShouldContain("15 minutes");
    }

    [Fact]
    public void is_not_one_that_goes_on_which_is_looked_after_again()
    {
        var outcome = Look(Running, version: 3, seen: 2);
        outcome.Events.ShouldBeEmpty();
        outcome.Messages.ShouldBe([(new LookAfterImport(Some.Id, 3), Some.Now + LookAfterImportHandler.Patience, Priority.Normal)]);
    }

    [Fact]
    public void is_not_one_that_has_ended()
    {
        Look(Running.Evolve(new ImportCompleted()), version: 3, seen: 2).ShouldBe(Outcome.Nothing);
        Look(Running.Evolve(new ImportFailed("Broken off", 5)), version: 3, seen: 3).ShouldBe(Outcome.Nothing);
    }

    static Outcome Look(ContactImport import, long version, long seen) =>
        LookAfterImportHandler.Decide(new StreamState<ContactImport>(Some.Id, import, version), new LookAfterImport(Some.Id, seen), Some.Now);
}
