using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Campaigns.Audience.Import;

/// <summary>Which of a person's numbers one is; the first of these that a row has is the one to be texted. <see cref="Named"/> is what we call phone.</summary>
enum NumberKind { Named, Mobile, Main, Work, Home, Other }

/// <summary>The field that a column is meant to be.</summary>
/// <param name="Rank">Its place among the names of the field: the lower, the surer.</param>
readonly record struct KnownColumn(string Field, int Rank, NumberKind Kind);

/// <summary>What people, address books and other programs call the columns of a file, in their languages.</summary>
static partial class ColumnNames
{
    public const string Email = "email";
    public const string Phone = "phone";
    public const string FirstName = "first_name";
    public const string LastName = "last_name";
    public const string TimeZone = "time_zone";

    static readonly char[] Digits = [.. "0123456789"];

    // Without spaces, dashes, accents and upper case, which a comparison leaves out. Of several columns of one kind that are telephone numbers the first in
    // this order is the one to be texted.
    static readonly (string Field, NumberKind Kind, string Names)[] Known =
    [
        (Email, NumberKind.Main, """
            email emailaddress mail mailaddress emailaddr emailid primaryemail contactemail subscriberemail useremail workemail
            emails emailadressen elposta elpasts epasts imeil emailadressa emailcimek
            emailadresse mailadresse emailanschrift epost epostadresse epostadress epostaddress
            courriel adressemail adresseemail adressecourriel adresseelectronique courrierelectronique
            adressedemessagerie adressemessagerie messagerie indirizzopostaelettronica indirizzodipostaelettronica enderecodecorreioeletronico
            enderecodecorreioelectronico correioelectronico emailovaadresa emailovyadresa elektronickaposta epostaadresse emailadres adreselektroniczny
            correo correoelectronico direcciondecorreo direcciondecorreoelectronico direccionemail emaildireccion
            indirizzoemail indirizzomail indirizzodiposta indirizzodipostaelettronica postaelettronica
            enderecodeemail enderecoemail correioeletronico emailadres adresemail adresaemail emailadresa adresadeemail adresdeemail adrespocztyelektronicznej adresaelektronickeposty emailcim
            eposta epostaadresi sahkoposti sahkopostiosoite netfang adresademail alamatemail diachiemail thudientu
            почта электроннаяпочта электронныйадрес адресэлектроннойпочты емеил имеил пошта електроннапошта електроннаадреса имейл имейладрес имейли адреспочты адресэлпочты элпочта элпошта елпошта емейл мейл
            ηλεκτρονικοταχυδρομειο διευθυνσηηλεκτρονικουταχυδρομειου διευθυνσηemail
            電子メールアドレス 전자메일 전자메일주소 전자우편주소 메일주소 メール メールアドレス eメール 電子メール 邮箱 电子邮箱 电子邮件 电子邮件地址 邮件地址 邮箱地址 電子郵件 電郵 電郵地址 电邮 电邮地址 電子郵箱 信箱 電子信箱 電子郵件地址
            이메일 이메일주소 전자우편 ईमेल ईमेलपता ईमेलआईडी אימייל כתובתאימייל כתובתדואראלקטרוני כתובתמייל מייל דואראלקטרוני דואל البريدالالكتروني عنوانالبريدالالكتروني بريدالكتروني البريد الايميل ایمیل อีเมล
            """),
        (Phone, NumberKind.Mobile, """
            mobile mobilephone mobilenumber mobileno mobilephonenumber mobiletelephone mobiletelephonenumber cell cellno cellphone cellphonenumber cellular cellnumber
            sms smsnumber smsphone smsphonenumber textnumber whatsapp whatsappnumber
            mobil mobilnummer mobiltelefon mobilfunk mobilfunknummer mobiltelefonnummer handy handynummer handynr natel natelnummer
            portable telephoneportable telportable mobiletel telmobile telephonemobile numerodeportable numeroportable numerodemobile
            movil telefonomovil numeromovil numerodemovil celular telefonocelular numerocelular numerodecelular
            cellulare telefonocellulare numerocellulare numerodicellulare telemovel numerodetelemovel telefonecelular
            mobiel mobiele mobieletelefoon mobielnummer mobielenummer gsm gsmnummer komorka komorkowy telefonkomorkowy numerkomorkowy mobilni mobilnitelefon mobilnetelefon
            mobilszam mobiltelefonszam ceptelefonu cepnumarasi matkapuhelin matkapuhelinnumero mobilnr farsimi farsimanumer
            моб мобтелефон мобтел мобильный мобильныйтелефон сотовый сотовыйтелефон мобильныйномер номермобильного мобільний мобільнийтелефон κινητο κινητοτηλεφωνο
            携帯 携帯電話 携帯番号 携帯電話番号 手机 手机号 手机号码 移动电话 手機 手機號碼 行動電話 휴대폰 휴대폰번호 휴대전화 휴대전화번호 핸드폰
            मोबाइल मोबाइलनंबर נייד טלפוןנייד الجوال رقمالجوال المحمول الهاتفالمحمول موبایل มือถือ didong sodidong nomorhp
            переносной телефонпереносной 携帯電話番号 行動電話號碼 移动电话号码 무선전화 telefonemovel telemovelnumero mobilnitelefonnicislo cep
            """),
        (Phone, NumberKind.Main, """
            phone phonenumber phoneno telephone telephonenumber telephoneno tel telno telnumber phonenum contactnumber contactphone primaryphone
            telefon telefonnummer telefonnr rufnummer telnr fon telephonefixe numerodetelephone numerotelephone
            telefono numerodetelefono numerotelefono numeroditelefono telefone numerodetelefone telefoonnummer telefoon nrtelefonu numertelefonu telefoni
            telefoncislo telefonnicislo telefonnecislo telefonszam telefonnumarasi puhelin puhelinnumero numardetelefon nomortelepon telepon
            simanumer sodienthoai dienthoai телефон номертелефона телефонныйномер номертелефону τηλεφωνο
            haupttelefon rufnummerhaupt 代表電話 電話 電話番号 お電話番号 电话 电话号码 電話號碼 전화 전화번호 फ़ोन फोन फ़ोननंबर फोननंबर טלפון מספרטלפון الهاتف رقمالهاتف هاتف تلفن โทรศัพท์ เบอร์โทร เบอร์โทรศัพท์
            """),
        (Phone, NumberKind.Work, "会社電話 会社電話番号 勤務先電話 勤務先電話番号 商务电话 单位电话 公司电话 商務電話 公司電話 근무처전화 근무처전화번호 회사전화 회사전화번호 firmentelefon diensttelefon"),
        (Phone, NumberKind.Home, "自宅電話 自宅電話番号 住宅电话 家庭电话 住家電話 집전화 집전화번호 자택전화 privattelefon defaultaddressphone"),
        (FirstName, NumberKind.Main, """
            firstname givenname forename fname first christianname subscriberfirstname contactfirstname
            vorname rufname prenom nombre nombres nombredepila primernombre nome nomeproprio primeironome voornaam imie fornavn fornamn etunimi
            jmeno krestnijmeno meno krstnemeno keresztnev utonev prenume adi isim ime eiginnafn namadepan
            имя имя ім'я имe име ονομα 名 下の名前 이름 प्रथमनाम पहलानाम שםפרטי الاسمالاول ชื่อ
            """),
        (LastName, NumberKind.Main, """
            lastname surname familyname lname last secondname subscriberlastname contactlastname
            nachname familienname zuname nom nomdefamille nomfamille apellido apellidos primerapellido cognome sobrenome apelido ultimonome
            achternaam familienaam nazwisko etternavn efternavn efternamn sukunimi prijmeni priezvisko vezeteknev csaladnev numedefamilie soyad soyadi soyisim
            prezime eftirnafn kenninafn namabelakang фамилия прізвище фамилно επωνυμο επιθετο 姓 姓氏 성 अंतिमनाम उपनाम שםמשפחה اسمالعائلة اللقب นามสกุล
            """),
        (TimeZone, NumberKind.Main, """
            timezone tz timezoneid timezonename iana ianatimezone olsontimezone zeitzone fuseauhoraire fuseau zonahoraria husohorario fusoorario fusohorario tijdzone
            strefaczasowa tidssone tidszone tidszon aikavyohyke casovepasmo casovapasmo casovazona idozona fusorar saatdilimi zonawaktu muigio
            часовойпояс часовийпояс часовазона ζωνηωρας タイムゾーン 时区 時區 시간대 समयक्षेत्र אזורזמן المنطقةالزمنية เขตเวลา
            """),
    ];

    // A name that is one of a person's two where the other has a column, and else may be the whole name or something else.
    static readonly (string Field, FrozenSet<string> Names, FrozenSet<string> Beside)[] Pairs =
    [
        (FirstName, Set("ad 名字 名前"), Set("soyad soyadi soyisim 姓 姓氏 苗字 名字")),
        (LastName, Set("name naam navn namn"), Set("vorname rufname voornaam fornavn fornamn")),
    ];

    static readonly FrozenSet<string> WholeNames = Set("""
        name fullname wholename completename displayname contactname customername clientname personname recipientname vorundnachname vorundzuname vornamenachname
        vornameundnachname nachnamevorname namevorname vornamename nomcomplet nometprenom prenometnom nomprenom prenomnom nombrecompleto nombreyapellido nombreyapellidos nomecompleto
        nomeecognome nomecognome cognomeenome naam volledigenaam navn fuldenavn fulltnavn namn fullstandigtnamn nimi kokonimi imieinazwisko imienazwisko jmenoaprijmeni celejmeno
        nev teljesnev adsoyad adisoyadi isimsoyisim фио полноеимя піб ονοματεπωνυμο 氏名 お名前 名前 姓名 全名 성명 שםמלא الاسم الاسمالكامل ชื่อนามสกุล hoten hovaten namalengkap
        """);

    // What stands beside the name of a field and does not change what it is: whose it is, which of several, what for.
    static readonly FrozenSet<string> Qualifiers = Set("""
        primary secondary main default preferred best other alternate alternative value required optional mandatory home work office business personal private company corporate
        contact customer client subscriber user member lead agent broker realtor owner seller buyer tenant student patient donor guest attendee employee your my our the your of recipient person billing main
        wert valeur valor valore waarde wartosc varde vaerdi verdi hodnota arvo ertek deger значение значення 値 值 값
        privat private privee prive privado privata personlich personal geschaftlich geschaft dienstlich beruflich arbeit firma zuhause haupt weiteres weitere pflichtfeld optional kunden kunde kontakt ihre ihr deine mitglied
        professionnel professionnelle pro perso personnel personnelle domicile bureau travail client obligatoire votre de du d au
        personal trabajo casa oficina empresa principal profesional obligatorio cliente contacto su tu del particular otro
        pessoal trabalho comercial residencial profissional obrigatorio contato do da
        personale lavoro ufficio aziendale principale obbligatorio contatto di uff abitazione casa altro
        prive werk op thuis zakelijk overige klant klanten contact uw verplicht
        prywatny prywatna sluzbowy sluzbowa domowy klienta kontaktowy kontaktowa
        soukromy pracovni domaci do zamestnani domu
        arbete hem bostad ovrigt arbejde hjem arbejds arbeid tyo koti munkahelyi otthoni
        личный личная рабочий рабочая домашний основной основная контактный контактная
        nr no num number numero nummer numer numara numarasi broj cislo szam n номер
        """);

    // A number that takes no text messages, wherever its name has it.
    static readonly FrozenSet<string> Others = Set("fax telefax faks telecopie telecopieur telekopi telefaks факс φαξ 传真 傳真 ファックス ファクス 팩스 pager beeper");

    // Whose number it is, which tells those of one person apart. Also the types that address books write beside a number.
    static readonly FrozenSet<string> AtWork = Set("""
        work office business job company corporate workplace geschaftlich geschaft dienstlich beruflich arbeit firma buro bureau travail pro professionnel professionnelle trabajo oficina
        empresa trabalho comercial escritorio lavoro ufficio uff aziendale werk zakelijk sluzbowy sluzbowa praca pracovni prace zamestnani arbete arbejde arbejds arbeid
        рабочий рабочая работа tyo munkahelyi 会社 勤務先 仕事 职务 工作 单位 公司 직장 회사
        """);

    static readonly FrozenSet<string> AtHome = Set("""
        home private personal house privat zuhause persönlich domicile maison perso personnel casa particular personal residencial casa abitazione thuis prive domowy dom domaci domu hem
        bostad hjem домашний домашняя домой дом koti otthoni 自宅 家庭 住宅 집 자택
        """);

    static readonly FrozenSet<string> OfOthers = Set("other alternate alternative secondary weiteres weitere sonstige andere autre otro outro altro overige inny jiny ovrigt andet annet другой その他 其他 기타 assistant");

    // An address that many people may have: it is not taken in place of one that is missing.
    static readonly FrozenSet<string> OfCompany = Set("company corporate firma empresa aziendale office buro bureau oficina ufficio");

    // Before the name of a person's field: Person - First name, billing_first_name.
    static readonly FrozenSet<string> Owners = Set("billing person contact customer subscriber lead member user recipient profile agent broker realtor owner seller buyer tenant student patient donor guest attendee employee kontakt kunde kunden");

    // Address books write what a value is into a column beside it, as in Phone 1 - Type.
    static readonly FrozenSet<string> TypeWords = Set("type label typ art libelle etiquette tipo etiqueta etichetta etykieta etikett etiket stitek rotulo marcador bezeichnung ラベル 標籤 标签 라벨 метка ярлык тип");

    static readonly FrozenSet<string> ValueWords = Set("value wert valeur valor valore waarde wartosc varde vaerdi verdi hodnota arvo ertek deger значение значення 値 值 값");

    // They say that a field has to be filled in, or may be.
    static readonly FrozenSet<string> Marks = Set("required optional mandatory pflichtfeld optional obligatoire facultatif obligatorio obrigatorio opcional obbligatorio verplicht");

    static readonly FrozenDictionary<string, KnownColumn> ByName = Known
        .SelectMany(known => known.Names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select((name, rank) => (Name: Reduce(name), Known: new KnownColumn(known.Field, rank, known.Kind))))
        .DistinctBy(entry => entry.Name, StringComparer.Ordinal)
        .ToFrozenDictionary(entry => entry.Name, entry => entry.Known, StringComparer.Ordinal);

    static readonly FrozenSet<string> Own = Known.Select(known => Reduce(known.Field)).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The field that a column of this name is meant to be; null where it is none of ours.</summary>
    public static KnownColumn? Find(string header) => ByName.TryGetValue(Reduce(header), out var known) ? known : null;

    /// <summary>The field that a column of this name is beside one for the other half of a person's name: Name beside Vorname is the last name.</summary>
    public static KnownColumn? FindBeside(string header, IReadOnlyList<string> headers)
    {
        var name = Reduce(header);
        var field = Pairs.FirstOrDefault(pair => pair.Names.Contains(name) && headers.Any(other => other != header && pair.Beside.Contains(Reduce(other)))).Field;
        return field is null ? null : new KnownColumn(field, int.MaxValue, NumberKind.Main);
    }

    /// <summary>Whether a column of this name has first and last names in one.</summary>
    public static bool IsWholeName(string header) => WholeNames.Contains(Reduce(header));

    /// <summary>
    /// The field that a column is meant to be whose name has more than the field's: brackets, a number, a qualifier as in <c>E-mail 1 - Value</c> and
    /// <c>Mobiltelefon privat</c>, or two of its names as in <c>Phone/Mobile</c>. Null where another word is left, as in <c>Email opt-in</c>.
    /// </summary>
    public static KnownColumn? FindLoosely(string header)
    {
        if (Words(header).Any(Others.Contains))
        {
            return null;
        }

        var bare = Brackets().Replace(header, " ");
        string[] words = [.. Words(bare)];
        if ((Find(bare) ?? Find(string.Concat(words))) is { } known)
        {
            // A name in brackets may be another person's or thing's: nom (entreprise).
            return known.Field is Email or Phone ? WithKind(known, header) : Brackets().Matches(header).SelectMany(brackets => Words(brackets.Value)).All(Marks.Contains) ? known : null;
        }

        string[] telling = [.. words.Where(word => !Qualifiers.Contains(word))];
        var all = telling.Length == 0 ? null : Find(string.Concat(telling));
        var each = telling.Select(Find).ToArray();
        return all is { Field: Email or Phone } one ? WithKind(one, header)
            : each.Length > 0 && each.All(word => word is { Field: Email or Phone } && word.Value.Field == each[0]!.Value.Field)
                ? WithKind(each.MinBy(word => word!.Value.Rank)!.Value, header)
            : FindOwned(words);
    }

    /// <summary>What kind of number one is of which an address book says this type: <c>* Mobile</c>, <c>Work Fax</c>, <c>Privat</c>.</summary>
    /// <returns>Null for what takes no text messages.</returns>
    public static NumberKind? KindOf(string type)
    {
        string[] words = [.. Words(type)];
        return words.Any(Others.Contains) ? null
            : words.Any(word => word == "iphone" || Find(word) is { Field: Phone, Kind: NumberKind.Mobile }) || Find(type) is { Field: Phone, Kind: NumberKind.Mobile } ? NumberKind.Mobile
            : words.Any(AtWork.Contains) ? NumberKind.Work
            : words.Any(AtHome.Contains) ? NumberKind.Home
            : words.Any(OfOthers.Contains) ? NumberKind.Other
            : NumberKind.Main;
    }

    /// <summary>Whether the first column says what kind of value stands in the second, as <c>Phone 1 - Type</c> of <c>Phone 1 - Value</c>.</summary>
    public static bool IsTypeOf(string type, string value) =>
        Stem(value, ValueWords) is { } stem && Stem(type, TypeWords) == stem;

    // The numbers in it tell one pair from the next.
    static string? Stem(string header, FrozenSet<string> ends)
    {
        string[] words = [.. ContactColumns.SnakeCase(header).Split('_').Select(Reduce)];
        return words.Length > 1 && ends.Contains(words[^1]) ? string.Join('_', words[..^1]) : null;
    }

    static KnownColumn WithKind(KnownColumn known, string header) =>
        known.Field != Phone ? known with { Kind = Words(header).Any(OfCompany.Contains) ? NumberKind.Other : NumberKind.Main }
        : KindOf(header) is { } kind and not NumberKind.Main ? known with { Kind = kind }
        : known;

    // first and last alone are too little: Last contact is a day.
    static KnownColumn? FindOwned(string[] words) =>
        words.Length > 1 && Owners.Contains(words[0]) && string.Concat(words.SkipWhile(Owners.Contains).Where(word => !Marks.Contains(word))) is var name
            && Find(name) is { Field: FirstName or LastName } known && name is not ("first" or "last") ? known : null;

    static FrozenSet<string> Set(string words) =>
        words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Reduce).ToFrozenSet(StringComparer.Ordinal);

    // Without numbers.
    static IEnumerable<string> Words(string text) => EMail().Replace(ContactColumns.SnakeCase(text), "e").Split('_')
        .Select(word => Reduce(word).TrimEnd(Digits)).Where(word => word.Length > 0);

    /// <summary>Whether it is how we call one of our own fields, however it is written: <c>E-Mail</c> is, <c>Vorname</c> is not.</summary>
    public static bool IsOwn(string header) => Own.Contains(Reduce(header));

    /// <summary>What is left of a name without spaces, punctuation, accents, width and upper case.</summary>
    static string Reduce(string name)
    {
        var reduced = new StringBuilder(name.Length);
        foreach (var letter in PlainLetters.Fold(name))
        {
            if (char.IsLetterOrDigit(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Surrogate)
            {
                reduced.Append(char.ToLowerInvariant(letter));
            }
        }

        return reduced.ToString();
    }

    [GeneratedRegex(@"[(\[{\uff08][^)\]}\uff09]*[)\]}\uff09]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"(?<![^_])e_(?=mail)")]
    private static partial Regex EMail();
}
