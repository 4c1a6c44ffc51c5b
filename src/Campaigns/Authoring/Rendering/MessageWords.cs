using System.Collections.Frozen;

namespace Campaigns.Authoring.Rendering;

/// <summary>What we ourselves say to the people who get messages: the footer below an e-mail, and the page behind its link.</summary>
/// <param name="Language">IETF tag.</param>
/// <param name="Sender">Who sends it; {0} is the organisation.</param>
/// <param name="Unsubscribe">On the link and the button.</param>
/// <param name="AskTitle">Of the page.</param>
/// <param name="Ask">{0} is the organisation.</param>
/// <param name="Done">{0} is the organisation.</param>
/// <param name="ForgottenTitle">For who was erased before they followed the link.</param>
/// <param name="Forgotten">{0} is the organisation.</param>
/// <param name="Example">For who follows the link of a test.</param>
public sealed record MessageWords(
    string Language,
    string Sender,
    string Unsubscribe,
    string AskTitle,
    string Ask,
    string DoneTitle,
    string Done,
    string ForgottenTitle,
    string Forgotten,
    string BadTitle,
    string Bad,
    string Example)
{
    public static readonly MessageWords English = new(
        "en", "You receive this e-mail from {0}.", "Unsubscribe", "Unsubscribe?", "You will get no more messages from {0}.", "You are unsubscribed",
        "You get no more messages from {0}.", "Your data was erased",
        "{0} has erased what it knew of you, and so no longer knows which address this message went to. Should another message come, use the link in that one.",
        "This link does not work",
        "Part of it may be missing. Open it in the message once more, or copy all of it.",
        "This message was a test. In a campaign, this link lets its recipient unsubscribe.");

    static readonly FrozenDictionary<string, MessageWords> All = new[]
    {
        English,
        new MessageWords(
            "de", "Sie erhalten diese E-Mail von {0}.", "Abmelden", "Abmelden?", "Sie erhalten dann keine Nachrichten von {0} mehr.", "Sie sind abgemeldet",
            "Sie erhalten keine Nachrichten von {0} mehr.", "Ihre Daten sind gelöscht",
            "{0} hat gelöscht, was über Sie bekannt war, und weiß daher nicht mehr, an welche Adresse diese Nachricht ging. Sollte noch eine Nachricht kommen, benutzen Sie den Link in jener.",
            "Dieser Link funktioniert nicht",
            "Vielleicht fehlt ein Teil davon. Öffnen Sie ihn noch einmal aus der Nachricht, oder kopieren Sie ihn ganz.",
            "Diese Nachricht war ein Test. In einer Kampagne meldet man sich über diesen Link ab."),
        new MessageWords(
            "fr", "Vous recevez cet e-mail de {0}.", "Se désabonner", "Se désabonner ?", "Vous ne recevrez plus de messages de {0}.", "Vous êtes désabonné",
            "Vous ne recevez plus de messages de {0}.", "Vos données ont été effacées",
            "{0} a effacé ce qui était connu de vous et ne sait donc plus à quelle adresse ce message a été envoyé. Si un autre message arrive, utilisez le lien qu’il contient.",
            "Ce lien ne fonctionne pas",
            "Il en manque peut-être une partie. Ouvrez-le encore une fois dans le message, ou copiez-le en entier.",
            "Ce message était un test. Dans une campagne, ce lien permet de se désabonner."),
        new MessageWords(
            "it", "Ricevi questa e-mail da {0}.", "Annulla l’iscrizione", "Annullare l’iscrizione?", "Non riceverai più messaggi da {0}.",
            "Iscrizione annullata", "Non ricevi più messaggi da {0}.", "I tuoi dati sono stati cancellati",
            "{0} ha cancellato ciò che sapeva di te e quindi non sa più a quale indirizzo è andato questo messaggio. Se dovesse arrivarne un altro, usa il link che contiene.",
            "Questo link non funziona",
            "Forse ne manca una parte. Aprilo di nuovo dal messaggio, oppure copialo per intero.",
            "Questo messaggio era una prova. In una campagna questo link serve ad annullare l’iscrizione."),
        new MessageWords(
            "es", "Recibe este correo de {0}.", "Darse de baja", "¿Darse de baja?", "No recibirá más mensajes de {0}.", "Se ha dado de baja",
            "Ya no recibe mensajes de {0}.", "Sus datos se han borrado",
            "{0} ha borrado lo que sabía de usted y por eso ya no sabe a qué dirección fue este mensaje. Si llegara otro, use el enlace que contiene.",
            "Este enlace no funciona",
            "Quizá falte una parte. Ábralo otra vez desde el mensaje o cópielo entero.",
            "Este mensaje era una prueba. En una campaña, este enlace sirve para darse de baja."),
        new MessageWords(
            "nl", "U ontvangt deze e-mail van {0}.", "Afmelden", "Afmelden?", "U ontvangt dan geen berichten meer van {0}.", "U bent afgemeld",
            "U ontvangt geen berichten meer van {0}.", "Uw gegevens zijn gewist",
            "{0} heeft gewist wat over u bekend was en weet dus niet meer naar welk adres dit bericht ging. Mocht er nog een bericht komen, gebruik dan de link daarin.",
            "Deze link werkt niet",
            "Misschien ontbreekt er een deel. Open hem nog eens vanuit het bericht, of kopieer hem helemaal.",
            "Dit bericht was een test. In een campagne meldt men zich met deze link af."),
        new MessageWords(
            "pt", "Recebe este e-mail de {0}.", "Cancelar a subscrição", "Cancelar a subscrição?", "Não receberá mais mensagens de {0}.",
            "Subscrição cancelada", "Já não recebe mensagens de {0}.", "Os seus dados foram apagados",
            "{0} apagou o que sabia de si e por isso já não sabe para que endereço foi esta mensagem. Se chegar outra, use a ligação que ela contém.",
            "Esta ligação não funciona",
            "Talvez falte uma parte. Abra-a de novo a partir da mensagem ou copie-a por inteiro.",
            "Esta mensagem era um teste. Numa campanha, esta ligação serve para cancelar a subscrição."),
    }.ToFrozenDictionary(words => words.Language, StringComparer.OrdinalIgnoreCase);

    /// <summary>Fields of a contact that say which language the person speaks.</summary>
    static readonly string[] Fields = ["language", "locale", "lang"];

    /// <summary>In the language that a contact's fields name; null where they name none that we speak.</summary>
    public static MessageWords? Of(IReadOnlyDictionary<string, string?> fields) =>
        Fields.Select(fields.GetValueOrDefault).OfType<string>().Select(Find).FirstOrDefault(words => words is not null);

    /// <summary>In the language of a tag such as <c>de</c>, <c>de-CH</c> or <c>de_CH</c>; null where we do not speak it.</summary>
    public static MessageWords? Find(string tag) => All.GetValueOrDefault(tag.Trim().Split('-', '_')[0]);
}
