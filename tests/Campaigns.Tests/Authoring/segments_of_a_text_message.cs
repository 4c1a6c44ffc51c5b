using System.Text;
using Campaigns.Authoring.Rendering;
using Xunit.Abstractions;

namespace Campaigns.Tests.Authoring;

public sealed class segments_of_a_text_message(ITestOutputHelper output)
{
    [Theory]
    [InlineData("a", 0, 0), InlineData("a", 1, 1), InlineData("a", 160, 1), InlineData("a", 161, 2), InlineData("a", 306, 2), InlineData("a", 307, 3)]
    [InlineData("€", 80, 1), InlineData("€", 81, 2), InlineData("€", 152, 2), InlineData("€", 153, 3)] // two bytes, not split: 76 a part
    public void hold_160_letters_of_western_europe_or_153_each(string letter, int times, int segments) =>
        SmsSegments.Of(string.Concat(Enumerable.Repeat(letter, times))).ShouldBe(new SmsSegments(SmsEncoding.Gsm7, segments));

    [Theory]
    [InlineData("я", 1, 1), InlineData("я", 70, 1), InlineData("я", 71, 2), InlineData("я", 134, 2), InlineData("я", 135, 3)]
    [InlineData("😀", 35, 1), InlineData("😀", 36, 2), InlineData("😀", 66, 2), InlineData("😀", 67, 3)] // two units, not split: 33 a part
    public void hold_70_of_any_other_or_67_each(string letter, int times, int segments) =>
        SmsSegments.Of(string.Concat(Enumerable.Repeat(letter, times))).ShouldBe(new SmsSegments(SmsEncoding.Ucs2, segments));

    [Fact]
    public void are_halved_by_one_letter_too_many()
    {
        SmsSegments.Of(new string('a', 160)).Count.ShouldBe(1);
        SmsSegments.Of(new string('a', 159) + "ç").ShouldBe(new SmsSegments(SmsEncoding.Ucs2, 3), "only the capital one is in the alphabet");
        SmsSegments.Of(new string('a', 159) + "Ç").ShouldBe(new SmsSegments(SmsEncoding.Gsm7, 1));
    }

    [Fact]
    public void are_as_few_as_the_letters_allow()
    {
        var seed = Seed.Of(output);
        var random = new Random(seed);
        string[] gsm = ["a", "Z", "é", "\n", " ", "€", "[", "~"], any = [.. gsm, "я", "漢", "😀"];
        for (var i = 0; i < 2000; i++)
        {
            var letters = random.GetItems(random.Next(2) == 0 ? gsm : any, random.Next(500));
            var text = string.Concat(letters);
            var found = SmsSegments.Of(text);
            var isGsm = text.All(letter => gsm.Contains(letter.ToString()));
            found.Encoding.ShouldBe(isGsm ? SmsEncoding.Gsm7 : SmsEncoding.Ucs2, $"seed {seed}");
            var (alone, part) = isGsm ? (160, 153) : (70, 67);
            var units = letters.Sum(letter => isGsm ? "€[~".Contains(letter, StringComparison.Ordinal) ? 2 : 1 : letter.Length);
            if (units <= alone)
            {
                found.Count.ShouldBe(units == 0 ? 0 : 1, $"seed {seed}: {text}");
            }
            else
            {
                // A letter that does not fit wastes one unit of a part at most.
                found.Count.ShouldBeInRange((units + part - 1) / part, (units + part - 2) / (part - 1), $"seed {seed}: {text}");
            }

            SmsSegments.Of(text + letters.FirstOrDefault("a")).Count.ShouldBeInRange(found.Count, found.Count + 1, $"seed {seed}: {text}");
        }
    }

    [Fact]
    public void of_half_a_letter_are_counted_too() => SmsSegments.Of("\ud83d").ShouldBe(new SmsSegments(SmsEncoding.Ucs2, 1));
}
