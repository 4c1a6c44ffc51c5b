using Campaigns.Audience.Import;
using Campaigns.Storage;

namespace Campaigns.Tests.Audience;

public sealed class columns_of_a_file
{
    [Theory]
    [InlineData("email", "email")]
    [InlineData("E-Mail", "email")]
    [InlineData(" Email Address ", "email")]
    [InlineData("EMAIL_ADDRESS", "email")]
    [InlineData("emailAddress", "email")]
    [InlineData("First Name", "first_name")]
    [InlineData("firstname", "first_name")]
    [InlineData("FirstName", "first_name")]
    [InlineData("last-name", "last_name")]
    [InlineData("Timezone", "time_zone")]
    [InlineData("time zone", "time_zone")]
    [InlineData("Company Name", "company_name")]
    [InlineData("companyName", "company_name")]
    [InlineData("Größe (cm)", "größe_cm")]
    [InlineData("URL", "url")]
    [InlineData("--", null)]
    [InlineData("Mobile", "phone")]
    [InlineData("SMS", "phone")]
    [InlineData("Téléphone", "phone")]
    [InlineData("Te\u0301le\u0301phone portable", "phone")]
    [InlineData("Handy-Nr.", "handy_nr")]
    [InlineData("Handynummer", "phone")]
    [InlineData("Mobile Phone Number", "phone")]
    [InlineData("Teléfono móvil", "phone")]
    [InlineData("Cellulare", "phone")]
    [InlineData("Номер телефона", "phone")]
    [InlineData("携帯電話", "phone")]
    [InlineData("手机号码", "phone")]
    [InlineData("E-Mail-Adresse", "email")]
    [InlineData("E-mail Address", "email")]
    [InlineData("Correo electrónico", "email")]
    [InlineData("Adresse e-mail", "email")]
    [InlineData("Indirizzo e-mail", "email")]
    [InlineData("Электронная почта", "email")]
    [InlineData("メールアドレス", "email")]
    [InlineData("Ｅｍａｉｌ", "email")]
    [InlineData("البريد الإلكتروني", "email")]
    [InlineData("ईमेल", "email")]
    [InlineData("\u200bEmail\u00a0", "email")]
    [InlineData("Vorname", "first_name")]
    [InlineData("Prénom", "first_name")]
    [InlineData("Имя", "first_name")]
    [InlineData("Nachname", "last_name")]
    [InlineData("Apellidos", "last_name")]
    [InlineData("Nom de famille", "last_name")]
    [InlineData("Zeitzone", "time_zone")]
    [InlineData("Fuseau horaire", "time_zone")]
    [InlineData("नाम", "नाम")]
    [InlineData("pre\u0301fe\u0301rence", "préférence")]
    [InlineData("สถานที่", "สถานที่")]
    [InlineData("𐐨𐐩 𐐀", "𐐨𐐩_𐐨")]
    public void are_known_by_many_names(string header, string? field) => ContactColumns.Field(header).ShouldBe(field);

    [Fact]
    public void without_a_name_get_one() => Match("email", "", "City").ShouldBe(["email", "column_2", "city"]);

    [Fact]
    public void must_have_addresses_and_a_refusal_names_what_was_found()
    {
        var refusal = Refused("Name", "Fax number");

        refusal.Code.ShouldBe("email-column-missing");
        refusal.Kind.ShouldBe(RefusalKind.Invalid);
        refusal.Explanation.ShouldContain("'Name', 'Fax number'");
    }

    [Fact]
    public void must_not_mean_the_same()
    {
        var refusal = Refused("Email", "city", "E-Mail");

        refusal.Code.ShouldBe("column-ambiguous");
        refusal.Explanation.ShouldContain("'Email', 'E-Mail'");
    }

    [Fact]
    public void may_be_numbers_without_addresses() => Match("Vorname", "Handy").ShouldBe(["first_name", "phone"]);

    [Fact]
    public void of_several_numbers_are_the_one_that_is_texted_and_attributes()
    {
        Match("email", "Telefon", "Mobil").ShouldBe(["email", "telefon", "phone"]);
        Match("email", "phone", "mobile").ShouldBe(["email", "phone", "mobile"]);
        Match("email", "Mobile Phone", "Phone Number", "SMS").ShouldBe(["email", "phone", "phone_number", "sms"]);
        Refused("email", "Mobile", "mobile").Code.ShouldBe("column-ambiguous");
    }

    [Fact]
    public void of_our_own_name_go_before_those_of_others()
    {
        Match("email", "mail", "first_name", "Vorname").ShouldBe(["email", "mail", "first_name", "vorname"]);
        Refused("Mail", "Courriel").Explanation.ShouldContain("'Mail', 'Courriel'");
        Refused("email", "Vorname", "Given name").Code.ShouldBe("column-ambiguous");
    }

    [Fact]
    public void are_told_with_what_became_of_them()
    {
        ContactColumns.TryMatch([" E-Mail-Adresse", "", "Firma\nOrt"], out var columns, out _).ShouldBeTrue();
        columns!.Columns.ShouldBe([new("E-Mail-Adresse", "email"), new("", "column_2"), new("Firma Ort", "firma_ort")]);
    }

    [Fact]
    public void in_another_encoding_are_refused()
    {
        var refusal = Refused("email", "pr\ufffdnom");
        refusal.Code.ShouldBe("header-unreadable");
        refusal.Explanation.ShouldContain("windows-1252");
    }

    [Fact]
    public void have_names_of_some_length()
    {
        Match("email", new string('a', 200))[1].Length.ShouldBe(200);
        Refused("email", new string('a', 201)).Code.ShouldBe("column-name-too-long");
    }

    [Fact]
    public void are_missing_where_a_contact_stands_in_their_place() =>
        Refused("ann@example.com", "Ann").Explanation.ShouldContain("a line with the names of the columns must stand before it");

    [Theory]
    [InlineData("Company Name", "company_name"), InlineData("mobile", "mobile"), InlineData("surname", "surname"), InlineData("vorname", "vorname")]
    [InlineData("email", null), InlineData("E-Mail", null), InlineData("firstName", null), InlineData("Time zone", null), InlineData("Phone", null), InlineData("--", null)]
    public void leave_names_for_attributes_that_are_none_of_our_own(string name, string? kept) => ContactColumns.AttributeName(name).ShouldBe(kept);

    [Fact]
    public void are_missing_in_an_empty_file()
    {
        Refused().Code.ShouldBe("file-empty");
        Refused("", " ").Code.ShouldBe("file-empty");
    }

    static IReadOnlyList<string> Match(params string[] headers)
    {
        ContactColumns.TryMatch(headers, out var columns, out _).ShouldBeTrue();
        return columns!.Fields;
    }

    static Refusal Refused(params string[] headers)
    {
        ContactColumns.TryMatch(headers, out _, out var refusal).ShouldBeFalse();
        return refusal!;
    }
}
