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
    [InlineData("Handy-Nr.", "phone")]
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
    [InlineData("Soyadı", "last_name"), InlineData("Adı", "first_name"), InlineData("Telefon Numarası", "phone"), InlineData("Số điện thoại", "phone")]
    [InlineData("Địa chỉ email", "email"), InlineData("Thư điện tử", "email"), InlineData("İl", "il"), InlineData("İLÇE", "ilçe"), InlineData("Straße", "straße")]
    [InlineData("emails", "email"), InlineData("e-mail adresa", "email"), InlineData("Adresă de e-mail", "email"), InlineData("El. pošta", "email"), InlineData("Имейл адрес", "email")]
    [InlineData("電郵地址", "email"), InlineData("电邮", "email"), InlineData("כתובת אימייל", "email"), InlineData("Mobilnr.", "phone"), InlineData("a\ufffeb", "ab")]
    public void are_known_by_many_names(string header, string? field) => ContactColumns.Field(header).ShouldBe(field);

    [Theory]
    [InlineData("E-mail 1 - Value", "email"), InlineData("E-Mail-Adresse 1", "email"), InlineData("Email (required)", "email"), InlineData("E-Mail Address (Primary)", "email")]
    [InlineData("E-Mail (geschäftlich)", "email"), InlineData("E-Mail privat", "email"), InlineData("Ihre E-Mail Adresse", "email"), InlineData("Kunden-E-Mail", "email")]
    [InlineData("Kontakt E-Mail", "email"), InlineData("Email - Home", "email"), InlineData("Work Email", "email"), InlineData("email_2", "email"), InlineData("Email1", "email"), InlineData("Votre adresse e-mail *", "email")]
    [InlineData("Phone (mobile)", "phone"), InlineData("Phone/Mobile", "phone"), InlineData("Handy-Nr.", "phone"), InlineData("Tel. mobil", "phone"), InlineData("Mobiele telefoon", "phone")]
    [InlineData("Mobiltelefon privat", "phone"), InlineData("N° de téléphone", "phone"), InlineData("Nº de telefone", "phone"), InlineData("Моб. телефон", "phone"), InlineData("Phone 1 - Value", "phone")]
    [InlineData("homePhone", "phone"), InlineData("Telefon (Büro)", "phone"), InlineData("Telefon/Handy", "phone"), InlineData("お電話番号（必須）", "phone")]
    [InlineData("First Name (required)", "first_name"), InlineData("Nom (entreprise)", "nom_entreprise"), InlineData("Nombre empresa", "nombre_empresa"), InlineData("E-mail 1 - Type", "e_mail_1_type")]
    [InlineData("Email opt-in", "email_opt_in"), InlineData("Phone type", "phone_type"), InlineData("Mobile consent", "mobile_consent"), InlineData("Home", "home"), InlineData("Phone/Fax", "phone_fax"), InlineData("Phone (fax)", "phone_fax")]
    public void are_known_with_more_around_their_names(string header, string field)
    {
        var other = field == "email" ? "phone" : "email";
        ContactColumns.TryMatch([header, other], out var columns, out var refusal).ShouldBeTrue(refusal?.Explanation);
        columns!.Fields.ShouldBe([field, other]);
    }

    [Theory]
    [InlineData("E-mail 1 - Value,Email", "e_mail_1_value,email"), InlineData("E-mail 1 - Value,E-mail 2 - Value", "email,e_mail_2_value"), InlineData("Phone (home),Handy", "phone_home,phone")]
    [InlineData("Phone (home),Phone (mobile)", "phone_home,phone"), InlineData("Phone (fax),Phone", "phone_fax,phone"), InlineData("Kontakt E-Mail,Mobilnr.", "email,phone"), InlineData("Email - Home,Cell", "email,phone"), InlineData("כתובת אימייל,טלפון", "email,phone")]
    [InlineData("Given Name,Family Name,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value", "first_name,last_name,e_mail_1_label,email,phone_1_label,phone")]
    public void are_rather_the_ones_that_have_the_very_name(string headers, string fields)
    {
        ContactColumns.TryMatch(headers.Split(','), out var columns, out var refusal).ShouldBeTrue(refusal?.Explanation);
        columns!.Fields.ShouldBe(fields.Split(','));
    }

    [Theory]
    [InlineData("Prénom,Nom,Adresse de messagerie,Numéro de tél. mobile,Téléphone (bureau)", "first_name,last_name,email,phone,téléphone_bureau")]
    [InlineData("Nome,Cognome,Indirizzo posta elettronica,Cellulare,Ufficio - Fax", "first_name,last_name,email,phone,ufficio_fax")]
    [InlineData("Vorname,Nachname,E-Mail-Adresse,Telefon geschäftlich,Mobiltelefon,Telefon privat", "first_name,last_name,email,telefon_geschäftlich,phone,telefon_privat")]
    [InlineData("Nombre,Apellidos,Dirección de correo electrónico,Teléfono del trabajo,Teléfono móvil", "first_name,last_name,email,teléfono_del_trabajo,phone")]
    [InlineData("Voornaam,Achternaam,E-mailadres,Telefoon op werk,Mobiele telefoon", "first_name,last_name,email,telefoon_op_werk,phone")]
    [InlineData("Imię,Nazwisko,Adres e-mail,Telefon służbowy,Telefon komórkowy", "first_name,last_name,email,telefon_służbowy,phone")]
    [InlineData("Nome próprio,Apelido,Endereço de correio eletrónico,Telefone do trabalho,Telemóvel", "first_name,last_name,email,telefone_do_trabalho,phone")]
    [InlineData("Nome,Sobrenome,Endereço de email,Telefone comercial,Telefone celular", "first_name,last_name,email,telefone_comercial,phone")]
    [InlineData("Förnamn,Efternamn,E-postadress,Telefon (arbete),Mobiltelefon", "first_name,last_name,email,telefon_arbete,phone")]
    [InlineData("Fornavn,Efternavn,E-mail-adresse,Telefon (arbejde),Mobiltelefon", "first_name,last_name,email,telefon_arbejde,phone")]
    [InlineData("Jméno,Příjmení,E-mailová adresa,Telefon do zaměstnání,Mobilní telefon", "first_name,last_name,email,telefon_do_zaměstnání,phone")]
    [InlineData("名,姓,電子メール アドレス,会社電話,携帯電話", "first_name,last_name,email,会社電話,phone")]
    [InlineData("이름,성,전자 메일 주소,근무처 전화,휴대폰", "first_name,last_name,email,근무처_전화,phone")]
    public void are_those_of_outlook_in_its_languages(string headers, string fields) => Matched(headers).ShouldBe(fields.Split(','));

    [Theory]
    [InlineData("Vorname,Nachname,E-Mail 1 – Label,E-Mail 1 – Wert,Telefon 1 – Label,Telefon 1 – Wert", "first_name,last_name,e_mail_1_label,email,telefon_1_label,phone")]
    [InlineData("Prénom,Nom de famille,E-mail 1 – Valeur,Téléphone 1 – Valeur", "first_name,last_name,email,phone"), InlineData("Correo electrónico 1 - Valor,Teléfono 1 - Valor", "email,phone")]
    [InlineData("E-mail 1 - Valore,Telefono 1 - Valore", "email,phone"), InlineData("E-mail 1 - Waarde,Telefoon 1 - Waarde", "email,phone"), InlineData("E-mail 1 – wartość,Telefon 1 – wartość", "email,phone")]
    [InlineData("E-post 1 – värde,Telefon 1 – värde", "email,phone"), InlineData("Mail 1 – værdi,Telefon 1 – værdi", "email,phone"), InlineData("E-mail 1 – Hodnota,Telefon 1 – Hodnota", "email,phone")]
    public void are_those_of_google_contacts_in_its_languages(string headers, string fields) => Matched(headers).ShouldBe(fields.Split(','));

    [Theory]
    [InlineData("Person - Name,Person - First name,Person - Last name,Person - Email - Work,Person - Email - Home,Person - Phone - Work,Person - Phone - Mobile,Organization - Phone",
        "person_name,first_name,last_name,email,person_email_home,person_phone_work,phone,organization_phone")]
    [InlineData("billing_first_name,billing_last_name,billing_email,billing_phone,shipping_phone", "first_name,last_name,email,phone,shipping_phone"), InlineData("Billing Email,Billing Phone", "email,phone")]
    [InlineData("First Name,Last Name,Email,Phone Number,Mobile Phone Number,Email Domain,Work email", "first_name,last_name,email,phone_number,phone,email_domain,work_email")]
    [InlineData("First Name,Last Name,Email,Phone,Mobile,Fax", "first_name,last_name,email,phone_2,phone,fax")]
    [InlineData("Email Address,First Name,Last Name,Phone Number,SMS Phone,MEMBER_RATING,TIMEZONE", "email,first_name,last_name,phone_number,phone,member_rating,time_zone")]
    [InlineData("First Name,Last Name,Email,Accepts Email Marketing,Default Address Phone,Phone,Accepts SMS Marketing",
        "first_name,last_name,email,accepts_email_marketing,default_address_phone,phone,accepts_sms_marketing")]
    [InlineData("Email,Last Contact,First Contact,is_mobile,Nom client", "email,last_contact,first_contact,is_mobile,nom_client")]
    public void are_those_of_other_programs(string headers, string fields) => Matched(headers).ShouldBe(fields.Split(','));

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

    static IReadOnlyList<string> Matched(string headers) => Match(headers.Split(','));

    static IReadOnlyList<string> Match(params string[] headers)
    {
        ContactColumns.TryMatch(headers, out var columns, out _).ShouldBeTrue();
        return [.. columns!.Fields.OfType<string>()];
    }

    static Refusal Refused(params string[] headers)
    {
        ContactColumns.TryMatch(headers, out _, out var refusal).ShouldBeFalse();
        return refusal!;
    }
}
