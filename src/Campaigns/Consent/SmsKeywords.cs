using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Campaigns.Consent;

/// <summary>What a person asks for with one word of a text message.</summary>
public enum SmsKeyword { Stop, Start, Help }

/// <summary>Finds the words by which people withdraw their consent, give it again, or ask for help.</summary>
public static partial class SmsKeywords
{
    // Twilio's own list and those of the FCC's rule, 47 CFR 64.1200(a)(10): to begin with one of them is enough.
    static readonly FrozenSet<string> Stop = Words("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT");

    // They say nothing else, also behind a greeting or a please.
    static readonly FrozenSet<string> Unmistakable = Words(
        "STOP STOPALL STOPP UNSUBSCRIBE OPTOUT ARRET ARRETER ARRETEZ DESABONNER DESINSCRIPTION ABMELDEN ABBESTELLEN DISISCRIVI CANCELLAMI AFMELDEN "
        + "UITSCHRIJVEN AVREGISTRERA AFMELD СТОП ОТПИСАТЬСЯ 停止 配信停止 退订 退訂 수신거부");

    // They also begin other sentences: nothing but courtesies may stand around them.
    static readonly FrozenSet<string> Alone = Words("ALTO BAJA PARAR PARE BASTA FERMA AUFHOREN STOPPEN AVSLUTA REVOKE CANCEL QUIT END");

    static readonly FrozenSet<string> Courtesies = Words(
        "PLEASE PLS PLZ KINDLY JUST HI HELLO HEY SORRY NO THANKS THANK YOU OK OKAY BITTE HALLO DANKE NEIN BONJOUR MERCI SVP STP S IL VOUS TE PLAIT "
        + "HOLA GRACIAS POR FAVOR CIAO GRAZIE PER FAVORE ALSTUBLIEFT");

    static readonly string[] Sentences =
    [
        "OPT OUT", "OPT ME OUT", "REMOVE ME", "REMOVE MY NUMBER", "TAKE ME OFF", "DELETE MY NUMBER", "LEAVE ME ALONE", "I WANT TO UNSUBSCRIBE",
        "I WOULD LIKE TO UNSUBSCRIBE", "I WANT TO OPT OUT", "NO MORE TEXTS", "NO MORE TEXT MESSAGES", "NO MORE SMS", "NO MORE MESSAGES", "DO NOT TEXT ME",
        "DON T TEXT ME", "DONT TEXT ME", "DO NOT MESSAGE ME", "DON T MESSAGE ME", "DO NOT CONTACT ME", "DON T CONTACT ME", "DONT CONTACT ME",
        "KEINE SMS MEHR", "KEINE NACHRICHTEN MEHR", "PLUS DE SMS", "PLUS DE MESSAGES", "NO MAS SMS", "NO MAS MENSAJES", "DARSE DE BAJA",
    ];

    /// <summary>U+FFFE and U+FFFF are no characters, and ICU normalises no text that has them.</summary>
    const char FirstNoncharacter = '\ufffe';

    static readonly FrozenSet<string> Start = Words("START YES UNSTOP");
    static readonly FrozenSet<string> Help = Words("HELP INFO");

    /// <summary>
    /// Null for anything else. To be left alone it is enough to begin with the word, or to say it behind a courtesy, in whatever letters: the law asks
    /// to honour any reasonable way of saying so. To get messages again the word must stand alone.
    /// </summary>
    public static SmsKeyword? Find(string body)
    {
        var words = Word().Matches(Plain(body)).Select(word => word.Value).ToArray();
        return words switch
        {
            [var only] when Start.Contains(only) => SmsKeyword.Start,
            [var only] when Help.Contains(only) => SmsKeyword.Help,
            _ => MeansStop(words) ? SmsKeyword.Stop : null,
        };
    }

    static bool MeansStop(string[] words)
    {
        var behindCourtesies = words.SkipWhile(Courtesies.Contains).ToArray();
        return (words is [var first, ..] && Stop.Contains(first))
            || (behindCourtesies is [var next, ..] && Unmistakable.Contains(next))
            || (words.Where(word => !Courtesies.Contains(word)).ToArray() is [var only] && Alone.Contains(only))
            || Sentences.Any(sentence => Begins(words, sentence) || Begins(behindCourtesies, sentence));
    }

    static bool Begins(string[] words, string sentence) => $"{string.Join(' ', words)} ".StartsWith($"{sentence} ", StringComparison.Ordinal);

    // Full-width and accented letters, as keyboards of other scripts and careful people write them; and marks that nobody sees.
    static string Plain(string body)
    {
        var letters = string.Concat(body.Where(letter => !char.IsSurrogate(letter) && letter < FirstNoncharacter)).Normalize(NormalizationForm.FormKD).ToUpperInvariant();
        return string.Concat(letters.Where(letter => CharUnicodeInfo.GetUnicodeCategory(letter)
            is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))).Normalize(NormalizationForm.FormC);
    }

    static FrozenSet<string> Words(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
