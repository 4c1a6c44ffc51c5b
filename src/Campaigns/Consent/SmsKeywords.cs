using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Campaigns.Consent;

/// <summary>What a person asks for with one word of a text message.</summary>
public enum SmsKeyword { Stop, Start, Help }

/// <summary>Finds the words by which people withdraw their consent, give it again, or ask for help.</summary>
public static partial class SmsKeywords
{
    const string StopWord = "STOP";

    /// <summary>Words of a message that says one thing.</summary>
    const int MostWordsOfShort = 8;

    /// <summary>Words of a message in which a sentence of its own is looked for.</summary>
    const int MostWordsOfLong = 40;

    /// <summary>Characters of a short message in a script that leaves no spaces between words.</summary>
    const int LongestWithoutSpaces = 24;

    /// <summary>Characters that a text message has at most (Twilio: 1,600). Of anything longer the beginning is read.</summary>
    const int Longest = 1600;

    static readonly FrozenSet<string> Start = new[] { "START", "YES", "UNSTOP" }.ToFrozenSet(StringComparer.Ordinal);
    static readonly FrozenSet<string> Help = new[] { "HELP", "INFO" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>
    /// Null for anything else. To be left alone it is enough to begin with the word, or to say it in a short message, in whatever letters: the law asks
    /// to honour any reasonable way of saying so, and an opt-out that is missed is worse than one too many. Who writes "don't stop" is no opt-out. To
    /// get messages again the word must stand alone.
    /// </summary>
    public static SmsKeyword? Find(string body)
    {
        var read = body.Length > Longest ? body[..Longest] : body;
        var plain = OptOutWords.Plain(read);
        var words = Read(plain);
        return words switch
        {
            [var only] when Start.Contains(only) => SmsKeyword.Start,
            [var only] when Help.Contains(only) => SmsKeyword.Help,
            [] => null,
            _ => StandsAloneAsSpelled(read) || MeansStop(plain, WithoutSomethingElse(words)) ? SmsKeyword.Stop : null,
        };
    }

    static bool MeansStop(string plain, string[] words)
    {
        var isShort = words.Length <= MostWordsOfShort;
        return (words is [var first, ..] && OptOutWords.Beginnings.Contains(first)) || BeginsWithOptOut(words) || StandsAlone(words) || SaysWithoutSpaces(plain)
            || (isShort && (OptOutWords.Phrases.Any(phrase => Says(words, phrase)) || words.Index().Any(word => IsOptOut(words, word.Index))))
            || (words.Length <= MostWordsOfLong && Sentence().Split(plain).Select(Read).Select(WithoutSomethingElse).Any(sentence => sentence.Length > 0
                && (BeginsWithOptOut(sentence) || (isShort && StandsAlone(sentence)) || sentence.Index().Any(word => IsStop(sentence, word.Index, isShort)))));
    }

    static bool StandsAloneAsSpelled(string body) =>
        Word().Matches(OptOutWords.AsSpelled(body)).Select(word => word.Value).Where(word => !OptOutWords.Courtesies.Contains(OptOutWords.Plain(word))).ToList()
            is [var only] && OptOutWords.AloneAsSpelled.Contains(only);

    static string[] WithoutSomethingElse(string[] words)
    {
        var said = $" {string.Join(' ', words)} ";
        var rest = OptOutWords.SomethingElse.Aggregate(said, (said, phrase) => said.Replace($" {phrase} ", " ", StringComparison.Ordinal));
        return rest.Length == said.Length ? words : rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    static bool BeginsWithOptOut(string[] words)
    {
        string[] behindCourtesies = [.. words.SkipWhile(OptOutWords.Courtesies.Contains)];
        return (behindCourtesies is [var next, ..] && OptOutWords.Unmistakable.Contains(next))
            || OptOutWords.Phrases.Any(phrase => Begins(words, phrase) || Begins(behindCourtesies, phrase));
    }

    static bool StandsAlone(string[] words)
    {
        var rest = words.Where(word => !OptOutWords.Courtesies.Contains(word)).ToArray();
        var begin = words.TakeWhile(OptOutWords.Courtesies.Contains).Count();
        return (rest is [var only] && (OptOutWords.Alone.Contains(only) || only == StopWord))
            || OptOutWords.AlonePhrases.Any(phrase => Enumerable.Range(0, begin + 1).Any(from => Begins(words[from..], phrase)
                && words[(from + phrase.Count(letter => letter == ' ') + 1)..].All(OptOutWords.Courtesies.Contains)));
    }

    static bool SaysWithoutSpaces(string plain)
    {
        var text = string.Concat(plain.Where(letter => !char.IsWhiteSpace(letter)));
        return text.Length <= LongestWithoutSpaces && OptOutWords.WithoutSpaces.Any(word => text.Contains(word, StringComparison.Ordinal))
            && !OptOutWords.NotWithoutSpaces.Any(word => text.Contains(word, StringComparison.Ordinal));
    }

    static bool IsOptOut(string[] words, int place) => OptOutWords.Unmistakable.Contains(words[place]) && !IsNegated(words, place);

    static bool Says(string[] words, string phrase) => Enumerable.Range(0, words.Length).Any(from => Begins(words[from..], phrase) && !IsNegated(words, from));

    static bool IsNegated(string[] words, int place) =>
        NegationBefore(words, place) is { } negation && !words.Take(place).Any(OptOutWords.Inability.Contains)
        && !IsSaidOfUs(words[..negation]);

    // "You did not unsubscribe me" asks for it once more.
    static bool IsSaidOfUs(string[] before) => before is [.., "YOU" or "U"] or [.., "YOU" or "U", "DID" or "HAVE" or "ARE" or "DO"];

    static int? NegationBefore(string[] words, int place)
    {
        for (var before = place - 1; before >= 0; before--)
        {
            if (OptOutWords.Negations.Contains(words[before]))
            {
                return before;
            }

            if (!OptOutWords.Fillers.Contains(words[before]))
            {
                return null;
            }
        }

        return null;
    }

    // The one word that is English for so much else.
    static bool IsStop(string[] words, int place, bool isShort)
    {
        string[] before = words[..place], behind = words[(place + 1)..];
        if (words[place] != StopWord || (!isShort && !before.All(OptOutWords.Courtesies.Contains)) || IsToGoOn(words, place))
        {
            return false;
        }

        return behind.FirstOrDefault(word => !OptOutWords.Articles.Contains(word)) is { } what && OptOutWords.Messages.Contains(what)
            || !(IsNoun(before) || IsOfSomethingElse(before) || IsToDoSomethingElse(behind));
    }

    // "Don't stop", and not "why don't you stop", nor "you can't stop, can you".
    static bool IsToGoOn(string[] words, int place)
    {
        var negation = NegationBefore(words, place);
        if (negation is null)
        {
            var last = Array.FindLastIndex(words, place - 1 < 0 ? 0 : place - 1, place, word => !OptOutWords.Fillers.Contains(word));
            negation = last >= 0 && (words[last] is "CANT" or "CANNOT" or "COULDNT" || (words[last] is "CAN" or "COULD" or "COULDN" && words[last + 1] == "T")) ? last : null;
        }

        return negation is { } at && words.Skip(at + 1).SkipWhile(word => word == "T").FirstOrDefault() is not ("YOU" or "U") && !IsSaidOfUs(words[..at]);
    }

    static bool IsNoun(string[] before) => before is [.., var last] && OptOutWords.BeforeTheNoun.Contains(last);

    static bool IsOfSomethingElse(string[] before)
    {
        var isToUs = before.Contains("YOU") || before.Contains("U");
        return before.Any(word => OptOutWords.Questions.Contains(word) && !(isToUs && word is "WHEN" or "ARE"))
            || before.Any(OptOutWords.Others.Contains)
            || (before.Any(OptOutWords.OtherArticles.Contains) && !before.Any(word => OptOutWords.Ours.Contains(word) || OptOutWords.Messages.Contains(word)));
    }

    static bool IsToDoSomethingElse(string[] behind) => behind is [var next, ..]
        && (OptOutWords.BehindAnotherStop.Contains(next) || next.EndsWith("ING", StringComparison.Ordinal)
            || (next == "FOR" && behind is [_, not ("GOOD" or "EVER" or "NOW"), ..]));

    static bool Begins(string[] words, string phrase) => $"{string.Join(' ', words)} ".StartsWith($"{phrase} ", StringComparison.Ordinal);

    // With S T O P as one word, STOOOP, STOPPP and ST0P as STOP, and without the number behind STOP1.
    static string[] Read(string plain)
    {
        var words = Spelled().Replace(plain, spelled => string.Concat(spelled.Value.Where(char.IsLetter)));
        return [.. Word().Matches(words).Select(word => Stretched().IsMatch(word.Value) ? StopWord
            : Numbered().Match(word.Value) is { Success: true } numbered ? numbered.Groups[1].Value : word.Value)];
    }

    // With the vowels of Indian scripts that stand behind their letter.
    [GeneratedRegex(@"[\p{L}\p{N}][\p{L}\p{N}\p{Mc}]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"[.,;:!?()\[\]""\n\r\u2013\u2014\u2026\u3001\u3002]+")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"(?<![\p{L}\p{N}'’])\p{L}(?:[^\p{L}\p{N}'’]{1,2}\p{L}(?![\p{L}\p{N}'’])){2,}")]
    private static partial Regex Spelled();

    [GeneratedRegex("^(?:ST+[O0]*0[O0]*P+|ST+O+P{3,}|STO{3,}P+|STOP(?:IT|NOW|PLEASE|PLS|SMS|TEXTS?|TEXTING|MESSAG[A-Z]+|SENDING|SPAM[A-Z]*|THIS|THAT))$")]
    private static partial Regex Stretched();

    [GeneratedRegex(@"^(\p{L}{3,})\p{N}")]
    private static partial Regex Numbered();
}
