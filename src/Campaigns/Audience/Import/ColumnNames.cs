using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Campaigns.Audience.Import;

/// <summary>What people, address books and other programs call the columns of a file, in their languages.</summary>
static class ColumnNames
{
    public const string Email = "email";
    public const string Phone = "phone";
    public const string FirstName = "first_name";
    public const string LastName = "last_name";
    public const string TimeZone = "time_zone";

    // Without spaces, dashes, accents and upper case, which a comparison leaves out. Of several columns that are telephone numbers the first in this
    // order is the one to be texted: a mobile one before any other.
    static readonly (string Field, string Names)[] Known =
    [
        (Email, """
            email emailaddress mail mailaddress emailaddr emailid primaryemail contactemail subscriberemail useremail workemail
            emailadresse mailadresse emailanschrift epost epostadresse epostadress epostaddress
            courriel adressemail adresseemail adressecourriel adresseelectronique courrierelectronique
            correo correoelectronico direcciondecorreo direcciondecorreoelectronico direccionemail emaildireccion
            indirizzoemail indirizzomail indirizzodiposta indirizzodipostaelettronica postaelettronica
            enderecodeemail enderecoemail correioeletronico emailadres adresemail adresaemail adrespocztyelektronicznej adresaelektronickeposty emailcim
            eposta epostaadresi sahkoposti sahkopostiosoite netfang adresademail alamatemail diachiemail thudientu
            почта электроннаяпочта электронныйадрес адресэлектроннойпочты емеил имеил пошта електроннапошта електроннаадреса имейл
            ηλεκτρονικοταχυδρομειο διευθυνσηηλεκτρονικουταχυδρομειου διευθυνσηemail
            メール メールアドレス eメール 電子メール 邮箱 电子邮箱 电子邮件 电子邮件地址 邮件地址 邮箱地址 電子郵件 電郵 電子信箱 電子郵件地址
            이메일 이메일주소 전자우편 ईमेल ईमेलपता ईमेलआईडी אימייל דואראלקטרוני דואל البريدالالكتروني بريدالكتروني الايميل ایمیل อีเมล
            """),
        (Phone, """
            phone mobile mobilephone mobilenumber mobileno mobilephonenumber mobiletelephone mobiletelephonenumber cell cellphone cellphonenumber cellular cellnumber
            sms smsnumber smsphone smsphonenumber textnumber whatsapp whatsappnumber
            mobil mobilnummer mobiltelefon mobilfunk mobilfunknummer mobiltelefonnummer handy handynummer natel natelnummer
            portable telephoneportable telportable mobiletel telmobile telephonemobile numerodeportable numeroportable numerodemobile
            movil telefonomovil numeromovil numerodemovil celular telefonocelular numerocelular numerodecelular
            cellulare telefonocellulare numerocellulare numerodicellulare telemovel numerodetelemovel telefonecelular
            mobiel mobielnummer mobielenummer gsm gsmnummer komorka komorkowy telefonkomorkowy numerkomorkowy mobilni mobilnitelefon mobilnetelefon
            mobilszam mobiltelefonszam ceptelefonu cepnumarasi matkapuhelin matkapuhelinnumero mobilnr farsimi farsimanumer
            мобильный мобильныйтелефон сотовый сотовыйтелефон мобильныйномер номермобильного мобільний мобільнийтелефон κινητο κινητοτηλεφωνο
            携帯 携帯電話 携帯番号 携帯電話番号 手机 手机号 手机号码 移动电话 手機 手機號碼 行動電話 휴대폰 휴대폰번호 휴대전화 휴대전화번호 핸드폰
            मोबाइल मोबाइलनंबर נייד טלפוןנייד الجوال رقمالجوال المحمول الهاتفالمحمول موبایل มือถือ didong sodidong nomorhp
            phonenumber phoneno telephone telephonenumber telephoneno tel telno telnumber phonenum contactnumber contactphone primaryphone
            telefon telefonnummer telefonnr rufnummer telnr fon telephonefixe numerodetelephone numerotelephone
            telefono numerodetelefono numerotelefono numeroditelefono telefone numerodetelefone telefoonnummer telefoon nrtelefonu numertelefonu telefoni
            telefoncislo telefonnicislo telefonnecislo telefonszam telefonnumarasi puhelin puhelinnumero numardetelefon nomortelepon telepon
            simanumer sodienthoai dienthoai телефон номертелефона телефонныйномер номертелефону τηλεφωνο
            電話 電話番号 电话 电话号码 電話號碼 전화 전화번호 फ़ोन फोन फ़ोननंबर फोननंबर טלפון מספרטלפון الهاتف رقمالهاتف هاتف تلفن โทรศัพท์ เบอร์โทร เบอร์โทรศัพท์
            """),
        (FirstName, """
            firstname givenname forename fname first christianname subscriberfirstname contactfirstname
            vorname rufname prenom nombre nombres nombredepila primernombre nome nomeproprio primeironome voornaam imie fornavn fornamn etunimi
            jmeno krestnijmeno meno krstnemeno keresztnev utonev prenume adi isim ime eiginnafn namadepan
            имя имя ім'я имe име ονομα 名 下の名前 이름 प्रथमनाम पहलानाम שםפרטי الاسمالاول ชื่อ
            """),
        (LastName, """
            lastname surname familyname lname last secondname subscriberlastname contactlastname
            nachname familienname zuname nom nomdefamille nomfamille apellido apellidos primerapellido cognome sobrenome apelido ultimonome
            achternaam familienaam nazwisko etternavn efternavn efternamn sukunimi prijmeni priezvisko vezeteknev csaladnev numedefamilie soyad soyadi soyisim
            prezime eftirnafn kenninafn namabelakang фамилия прізвище фамилно επωνυμο επιθετο 姓 姓氏 성 अंतिमनाम उपनाम שםמשפחה اسمالعائلة اللقب นามสกุล
            """),
        (TimeZone, """
            timezone tz timezoneid timezonename iana ianatimezone olsontimezone zeitzone fuseauhoraire fuseau zonahoraria husohorario fusoorario fusohorario tijdzone
            strefaczasowa tidssone tidszone tidszon aikavyohyke casovepasmo casovapasmo casovazona idozona fusorar saatdilimi zonawaktu muigio
            часовойпояс часовийпояс часовазона ζωνηωρας タイムゾーン 时区 時區 시간대 समयक्षेत्र אזורזמן المنطقةالزمنية เขตเวลา
            """),
    ];

    static readonly FrozenDictionary<string, (string Field, int Rank)> ByName = Known
        .SelectMany(known => known.Names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select((name, rank) => (Name: Reduce(name), Known: (known.Field, rank))))
        .DistinctBy(entry => entry.Name, StringComparer.Ordinal)
        .ToFrozenDictionary(entry => entry.Name, entry => entry.Known, StringComparer.Ordinal);

    static readonly FrozenSet<string> Own = Known.Select(known => Reduce(known.Field)).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The field that a column of this name is meant to be; null where it is none of ours.</summary>
    /// <returns>With its place among the names of the field: the lower, the surer.</returns>
    public static (string Field, int Rank)? Find(string header) => ByName.TryGetValue(Reduce(header), out var known) ? known : null;

    /// <summary>Whether it is how we call one of our own fields, however it is written: <c>E-Mail</c> is, <c>Vorname</c> is not.</summary>
    public static bool IsOwn(string header) => Own.Contains(Reduce(header));

    /// <summary>What is left of a name without spaces, punctuation, accents, width and upper case.</summary>
    static string Reduce(string name)
    {
        var reduced = new StringBuilder(name.Length);
        foreach (var letter in name.Normalize(NormalizationForm.FormKD))
        {
            if (char.IsLetterOrDigit(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Surrogate)
            {
                reduced.Append(char.ToLowerInvariant(letter));
            }
        }

        return reduced.ToString();
    }
}
