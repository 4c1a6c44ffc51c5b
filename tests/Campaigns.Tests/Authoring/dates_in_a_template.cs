using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;

namespace Campaigns.Tests.Authoring;

public sealed class dates_in_a_template
{
    [Theory]
    [InlineData("01.03.2026"), InlineData("1/3/2026"), InlineData("2026/03/01"), InlineData("3.5"), InlineData("10:30"), InlineData("2026"), InlineData("1 March")]
    [InlineData("March 1, 2026"), InlineData("2026-3-1"), InlineData("2026-02-30"), InlineData("2026-03-01 25:00"), InlineData("20260301"), InlineData("tomorrow")]
    [InlineData("2026-03-01T10:30 CET"), InlineData("2026-03-01\nx"), InlineData("２０２６-03-01")]
    public void are_read_as_iso_8601_writes_them_and_everything_else_stays_as_it_is(string value) =>
        Written("DD/MM/YYYY HH:mm", value).ShouldBe(value);

    [Theory]
    [InlineData("2026-03-01", "2026-03-01 00:00:00"), InlineData(" 2026-03-01 ", "2026-03-01 00:00:00"), InlineData("2026-03-01T10:30", "2026-03-01 10:30:00")]
    [InlineData("2026-03-01 10:30:15", "2026-03-01 10:30:15"), InlineData("2026-03-01T10:30:15.123456789Z", "2026-03-01 10:30:15")]
    [InlineData("2026-03-01t10:30:15z", "2026-03-01 10:30:15"), InlineData("2026-03-01 10:30:15.5+01", "2026-03-01 10:30:15")]
    [InlineData("2026-03-01T10:30+0100", "2026-03-01 10:30:00"), InlineData("2026-03-01T10:30:15,5-08:00", "2026-03-01 10:30:15")]
    public void are_read_with_a_time_and_a_zone_or_without(string value, string expected) => Written("YYYY-MM-DD HH:mm:ss", value).ShouldBe(expected);

    [Theory]
    [InlineData("2026-03-01T23:30Z", "+0100", "02.03. 00:30"), InlineData("2026-03-01T00:30+01:00", "+0100", "01.03. 00:30")]
    [InlineData("2026-03-01T00:30", "-08:00", "28.02. 16:30"), InlineData("2026-03-01", "-0800", "01.03. 00:00")]
    public void are_shifted_to_an_offset_unless_they_are_a_day_without_a_time(string value, string offset, string expected) =>
        Render($"{{{{formatDate f \"DD.MM. HH:mm\" \"{offset}\"}}}}", value).ShouldBeOfType<Rendered>().Text.ShouldBe(expected);

    [Theory]
    [InlineData("DD.MM.YYYY [at] HH:mm", "01.03.2026 at 09:05"), InlineData("D. M. [um] H [Uhr]", "1. 3. um 9 Uhr"), InlineData("dddd, MMMM Do", "Sunday, March 1st")]
    [InlineData("ddd D MMM YY", "Sun 1 Mar 26"), InlineData("YYYY年M月D日", "2026年3月1日"), InlineData("h:mm A [or] hh:mm a", "9:05 AM or 09:05 am"), InlineData("D", "1")]
    [InlineData("YYYY-MM-DD[T]HH:mm:ssZ", "2026-03-01T09:05:07+00:00"), InlineData("ZZ", "+0000"), InlineData("s/m", "7/5"), InlineData(@"D\M %", @"1\3 %"), InlineData("[d]", "d")]
    public void are_written_in_the_letters_of_moment_with_text_in_brackets(string form, string expected) => Written(form, "2026-03-01T09:05:07Z").ShouldBe(expected);

    [Theory, InlineData(1, "1st"), InlineData(2, "2nd"), InlineData(3, "3rd"), InlineData(4, "4th"), InlineData(11, "11th"), InlineData(12, "12th"), InlineData(13, "13th"), InlineData(22, "22nd"), InlineData(31, "31st")]
    public void have_ordinal_days(int day, string expected) => Written("Do", $"2026-03-{day:00}").ShouldBe(expected);

    [Theory]
    [InlineData("d", "'d'"), InlineData("dd.MM.YYYY", "'dd'"), InlineData("DD.MM.yyyy", "'yyyy'"), InlineData("DD at HH", "'t'"), InlineData("LL", "'LL'"), InlineData("DDD", "'DDD'")]
    [InlineData("YYY", "'YYY'"), InlineData("o", "'o'"), InlineData("D um H", "'u'"), InlineData("DD [at HH", "a [ is not closed"), InlineData("  ", "the form of a date"), InlineData("HH:mm tt", "'tt'")]
    public void are_refused_at_save_in_letters_that_mean_nothing(string form, string named)
    {
        var content = new TemplateContent("t", "s", null, $"{{{{formatDate f \"{form}\"}}}}");
        TemplateRenderer.TryCompile(content, out _, out var refusal).ShouldBeFalse();
        refusal!.Code.ShouldBe("template-invalid");
        refusal.Explanation.ShouldContain(named);
        refusal.Explanation.ShouldContain("DD");
    }

    [Fact]
    public void whose_form_is_a_field_say_what_is_wrong_with_it() =>
        Render("{{formatDate f this.g}}", "2026-03-01", "yyyy").ShouldBeOfType<Unrenderable>().Why.ShouldStartWith("'yyyy' means nothing in the form of a date. Known are ");

    static string Written(string form, string value) =>
        Render($"{{{{formatDate f \"{form}\"}}}}", value).ShouldBeOfType<Rendered>().Text!;

    static Rendering Render(string text, string value, string? second = null)
    {
        TemplateRenderer.TryCompile(new TemplateContent("t", "s", null, text), out var template, out var refusal).ShouldBeTrue(refusal?.Explanation);
        return template!.Render(new Dictionary<string, string?> { ["f"] = value, ["g"] = second });
    }
}
