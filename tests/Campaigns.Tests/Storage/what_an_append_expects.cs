using Campaigns.Storage;

namespace Campaigns.Tests.Storage;

public sealed class what_an_append_expects
{
    [Fact]
    public void is_never_a_negative_version() => Should.Throw<ArgumentOutOfRangeException>(() => ExpectedVersion.Exactly(-1));

    [Fact]
    public void of_version_0_is_that_there_is_no_stream() => ExpectedVersion.Exactly(0).ShouldBe(ExpectedVersion.MustNotExist);

    [Fact]
    public void differs_for_each_word() =>
        new[] { ExpectedVersion.MustNotExist, ExpectedVersion.MustExist, ExpectedVersion.Any, ExpectedVersion.Exactly(1), ExpectedVersion.Exactly(2) }.ShouldBeUnique();
}
