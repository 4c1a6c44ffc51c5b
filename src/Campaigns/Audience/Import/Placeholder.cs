using System.Collections.Frozen;
using System.Globalization;

namespace Campaigns.Audience.Import;

/// <summary>What databases, spreadsheets and people write where there is no value.</summary>
static class Placeholder
{
    // As spreadsheets write them in the languages of those who use them.
    static readonly FrozenSet<string> Errors = """
        #N/A #N/D #NV #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #FIELD! #GETTING_DATA #ERROR!
        #BEZUG! #WERT! #ZAHL! #ÜBERLAUF! #VALEUR! #NOM? #NOMBRE! #NUL! #¡REF! #¡VALOR! #¡DIV/0! #¿NOMBRE? #¡NUM! #¡NULO! #RIF! #VALORE! #NOME? #VALOR! #NULO!
        #VERW! #WAARDE! #DEEL/0! #NAAM? #GETAL! #LEEG! #ADR! #ARG! #NAZWA? #LICZBA! #SAKNAS! #REFERENS! #VÄRDEFEL! #NAMN? #OGILTIGT!
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    // In the cases in which programs write them: Null, Nan and None are surnames, and stay.
    static readonly FrozenSet<string> InNames = """
        NULL null <null> <NULL> (null) (NULL) [null] [NULL] \N N/A n/a N.A. n.a. none NONE (none) (None) <none> (blank) (Blank) (empty) (leer) (vide) undefined nan NaN <NA> NaT
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    static readonly FrozenSet<string> Elsewhere = InNames.Concat(["na", "nil", "k.a.", "unknown"]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a value of one of our own fields is none; of addresses, numbers and time zones in whatever case.</summary>
    public static bool IsNoValue(string field, string value) =>
        IsError(value) || IsDash(value)
        || (field is ColumnNames.FirstName or ColumnNames.LastName ? InNames : Elsewhere).Contains(value);

    public static bool IsDash(string value) => value.All(letter => char.GetUnicodeCategory(letter) == UnicodeCategory.DashPunctuation);

    /// <summary>Whether a spreadsheet has put it in place of a value that it could not find or reckon.</summary>
    public static bool IsError(string value) => value is ['#', ..] && Errors.Contains(value);
}

/// <summary>Counts the cells that were read as empty, and those of whose values only one was taken.</summary>
sealed class FoundOddities(int columns)
{
    readonly (int Placeholders, int Told, string First, long Line, int Several)[] counts = new (int, int, string, long, int)[columns];

    public void AddPlaceholder(int column, string value, long line)
    {
        ref var count = ref counts[column];
        (count.First, count.Line) = count.Placeholders++ == 0 ? (value, line) : (count.First, count.Line);
        count.Told += Placeholder.IsDash(value) ? 0 : 1;
    }

    public void AddSeveral(int column) => counts[column].Several++;

    /// <summary>What was counted in a column, beside what is known of it.</summary>
    public ColumnCount AddTo(int column, ColumnCount known)
    {
        var count = counts[column];
        return known with { Placeholders = count.Placeholders, Told = count.Told, Several = count.Several, FirstLine = count.Line, First = count.First };
    }

    /// <summary>Goes on behind what somebody else has counted.</summary>
    public void Restore(IReadOnlyList<ColumnCount> earlier)
    {
        foreach (var count in earlier)
        {
            counts[count.Column] = (count.Placeholders, count.Told, count.First!, count.FirstLine, count.Several);
        }
    }

    /// <summary>A sentence for each column that has some.</summary>
    public IEnumerable<string> Warnings(IReadOnlyList<ImportedColumn> read)
    {
        foreach (var (column, count) in read.Zip(counts))
        {
            if (count.Placeholders > 0)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"The column '{column.Header}' says in {count.Placeholders} {(count.Placeholders == 1 ? "row" : "rows")} that it has no value, first in line {count.Line}: '{count.First}'. It was read as empty there.")
                    + (count.Told > 0 ? " The rejections list them, but for dashes." : "");
            }

            if (count.Several > 0)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"The column '{column.Header}' has several values in {count.Several} {(count.Several == 1 ? "row" : "rows")}. The first usable one was taken; the rejections list the others.");
            }
        }
    }
}
