using System.Globalization;
using System.Text;
using System.Text.Json;
using Campaigns.Audience;
using Campaigns.Audience.Import;
using Campaigns.Http;
using MimeKit;
using PhoneNumbers;
using PhoneNumber = Campaigns.Audience.PhoneNumber;

namespace Campaigns.Tests.Audience;

/// <summary>Some thousand generated inputs, always the same.</summary>
public sealed class whatever_is_imported
{
    const int Many = 5000;

    readonly Generated generated = new(11);

    [Fact]
    public void has_an_address_that_is_the_same_the_second_time_and_that_a_mail_library_reads_as_one_mailbox()
    {
        var taken = 0;
        for (var i = 0; i < Many; i++)
        {
            var given = generated.Address();
            var normal = EmailAddress.Normalise(given);
            (EmailAddress.Problem(given) is null).ShouldBe(normal is not null, given);
            if (normal is null)
            {
                continue;
            }

            taken++;
            EmailAddress.Normalise(normal).ShouldBe(normal, given);
            normal.IsNormalized().ShouldBeTrue(given);
            Ascii.IsValid(normal.AsSpan(normal.IndexOf('@', StringComparison.Ordinal))).ShouldBeTrue(given);
            InternetAddressList.TryParse(normal, out var list).ShouldBeTrue(normal);
            EmailAddress.Normalise(list.Mailboxes.ShouldHaveSingleItem().Address).ShouldBe(normal);
        }

        taken.ShouldBeGreaterThan(Many / 2);
    }

    [Fact]
    public void has_an_address_that_is_the_same_in_every_spelling()
    {
        var idn = new IdnMapping();
        for (var i = 0; i < Many; i++)
        {
            if (EmailAddress.Normalise(generated.Address()) is { } normal)
            {
                var at = normal.IndexOf('@', StringComparison.Ordinal);
                var (local, domain) = (normal[..at], idn.GetUnicode(normal[(at + 1)..]));
                foreach (var spelling in (string[])[$"{local}@{domain}", $"{local.Normalize(NormalizationForm.FormD)}@{domain.Normalize(NormalizationForm.FormD)}", $"\u200b{normal}\u00a0"])
                {
                    EmailAddress.Normalise(spelling).ShouldBe(normal);
                }
            }
        }
    }

    [Fact]
    public async Task comes_back_from_our_own_export_as_it_was()
    {
        string[] attributes = ["note", "city", "größe_cm", "नाम", "vorname", "mobile"];
        var rows = Enumerable.Range(0, Many).Select(_ => generated.Row(attributes.Length)).ToList();
        var text = new StringBuilder("email,phone,first_name,last_name,time_zone," + string.Join(',', attributes.Select(CsvCell.Of)) + "\r\n");
        for (var i = 0; i < rows.Count; i++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"\"p{i}@x.example\",,\"\",,,{string.Join(',', rows[i].Select(CsvCell.Of))}");
        }

        var (file, _) = await ContactFile.Open(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())), null, CancellationToken.None);
        var read = (await file!.Read(Many + 1, CancellationToken.None)).Rows;
        await file.DisposeAsync();

        read.Count.ShouldBe(Many);
        for (var i = 0; i < Many; i++)
        {
            var kept = attributes.Zip(rows[i].Select(value => VisibleText.RemoveControls(value).Trim())).Where(pair => pair.Second.Length > 0)
                .ToDictionary(pair => pair.First, pair => pair.Second);
            read[i].Rejection.ShouldBeNull();
            JsonSerializer.Deserialize<Dictionary<string, string>>(read[i].Attributes)!.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .ShouldBe(kept.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task has_names_that_are_one_line_and_that_the_api_would_take()
    {
        var names = Enumerable.Range(0, Many).Select(_ => generated.Name()).ToList();
        var text = "email,first_name\n" + string.Concat(names.Select((name, i) => $"p{i}@x.example,{CsvCell.Of(name)}\n"));
        var (file, _) = await ContactFile.Open(new MemoryStream(Encoding.UTF8.GetBytes(text)), null, CancellationToken.None);
        var read = (await file!.Read(Many + 1, CancellationToken.None)).Rows;
        await file.DisposeAsync();

        read.Count.ShouldBe(Many);
        read.Where(row => row.Rejection is not null).ShouldAllBe(row => row.Rejection == RejectionReason.ValueTooLong);
        foreach (var row in read.Where(row => row.Rejection is null))
        {
            var (kept, errors) = new ContactInput(row.Email, row.FirstName).Normalise();
            errors.ShouldBeEmpty(row.FirstName);
            kept.FirstName.ShouldBe(row.FirstName);
        }
    }

    [Fact]
    public void has_columns_whose_names_are_the_same_the_second_time()
    {
        for (var i = 0; i < Many; i++)
        {
            var header = generated.Text(8);
            var name = ContactColumns.SnakeCase(header);
            ContactColumns.SnakeCase(name).ShouldBe(name, header);
            ContactColumns.SnakeCase(header.Normalize(NormalizationForm.FormD)).ShouldBe(name, header);
            name.IsNormalized().ShouldBeTrue(header);
            (ContactColumns.Field(header) is null).ShouldBe(name.Length == 0, header);
        }
    }

    [Fact]
    public void has_numbers_that_are_the_same_however_they_are_written()
    {
        var plans = PhoneNumberUtil.GetInstance();
        var tried = 0;
        foreach (var region in plans.GetSupportedRegions().Order(StringComparer.Ordinal))
        {
            foreach (var type in (PhoneNumberType[])[PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE])
            {
                if (plans.GetExampleNumberForType(region, type) is not { } example)
                {
                    continue;
                }

                var normal = plans.Format(example, PhoneNumberFormat.E164);
                var written = plans.Format(example, PhoneNumberFormat.INTERNATIONAL);
                foreach (var spelling in (string[])[normal, written, "00" + normal[1..], $"\u202a{written}\u202c", $"  {written.Replace(' ', '\u00a0')}\u200b"])
                {
                    PhoneNumber.Normalise(spelling).ShouldBe(normal, spelling);
                    tried++;
                }
            }
        }

        tried.ShouldBeGreaterThan(2000);
    }
}
