using Campaigns.Senders;
using Xunit.Abstractions;

namespace Campaigns.Tests.Sending;

public sealed class choosing_a_sender(ITestOutputHelper output)
{
    const int Contacts = 10_000;

    readonly Random random = new(Seed.Of(output));

    [Fact]
    public void comes_to_the_same_sender_in_whatever_order_they_are_named()
    {
        var senders = Ids(5);
        foreach (var contact in Ids(100))
        {
            SenderChoice.For(contact, [.. senders.AsEnumerable().Reverse()], _ => true).ShouldBe(SenderChoice.For(contact, senders, _ => true));
        }
    }

    [Fact]
    public void gives_each_sender_its_share()
    {
        var senders = Ids(4);
        var shares = Ids(Contacts).CountBy(contact => SenderChoice.For(contact, senders, _ => true)!.Value).ToDictionary();
        shares.Keys.ShouldBe(senders, ignoreOrder: true);
        shares.Values.ShouldAllBe(share => share > Contacts / 4 * 0.8 && share < Contacts / 4 * 1.2);
    }

    [Fact]
    public void moves_nobody_but_to_a_sender_that_is_added()
    {
        var senders = Ids(4);
        var added = Ids(1)[0];
        Guid[] more = [.. senders, added];
        var moved = Ids(Contacts).Select(contact => (Before: SenderChoice.For(contact, senders, _ => true), After: SenderChoice.For(contact, more, _ => true)))
            .Where(choice => choice.Before != choice.After).ToList();
        moved.ShouldAllBe(choice => choice.After == added);
        moved.Count.ShouldBeInRange((int)(Contacts / 5 * 0.8), (int)(Contacts / 5 * 1.2));
    }

    [Fact]
    public void lets_others_stand_in_for_a_paused_sender_and_moves_nobody_else()
    {
        var senders = Ids(4);
        foreach (var contact in Ids(1000))
        {
            var before = SenderChoice.For(contact, senders, _ => true);
            var during = SenderChoice.For(contact, senders, id => id != senders[0]);
            during.ShouldNotBe(senders[0]);
            if (before != senders[0])
            {
                during.ShouldBe(before);
            }
        }
    }

    [Fact]
    public void finds_nobody_where_nobody_is_available() => SenderChoice.For(Ids(1)[0], Ids(3), _ => false).ShouldBeNull();

    Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    })];
}
