using System.Globalization;

namespace ServerlessInference.Sessions;

/// <summary>Reads labels from a text with one name per line, and removes what numbers or identifies the lines.</summary>
/// <remarks>
/// The number of a class may precede its name (<c>0 Cat</c>, as Teachable Machine writes, <c>0: cat</c>, tabs, commas) or follow it
/// (<c>cat,0</c>). It is removed only if it is the index of each line, so that names that are numbers stay.
/// </remarks>
internal static class LabelLines
{
    private const int WordNetIdLength = 9;

    public static IReadOnlyList<string> Parse(string text)
    {
        var lines = new List<string>();
        foreach (string line in text.Split('\n'))
        {
            lines.Add(line.Trim());
        }

        while (lines.Count > 0 && lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines.Count == 0 ? lines
            : TryRemoveNumbers(lines, 0) ?? (HasHeader(lines[0]) ? TryRemoveNumbers(lines, 1) : null) ?? RemoveWordNetIds(lines);
    }

    // The first line of a CSV file: "index,name".
    private static bool HasHeader(string line) =>
        line.Contains(',', StringComparison.Ordinal) || line.Contains('\t', StringComparison.Ordinal)
        || line.Contains(';', StringComparison.Ordinal);

    private static List<string>? TryRemoveNumbers(List<string> lines, int first)
    {
        var names = new List<string>(lines.Count - first);
        bool before = lines.Count > first && RemoveNumberBefore(lines[first], 0) is not null;
        for (int i = first; i < lines.Count; i++)
        {
            string? name = before ? RemoveNumberBefore(lines[i], i - first) : RemoveNumberAfter(lines[i], i - first);
            if (name is null)
            {
                return null;
            }

            names.Add(name);
        }

        return names.Count > 0 ? names : null;
    }

    private static string? RemoveNumberBefore(string line, int index)
    {
        int length = line.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (length <= 0 || !IsIndex(line.AsSpan(0, length), index) || line[length] is not (' ' or '\t' or ':' or ',' or ';'))
        {
            return null;
        }

        string name = line[(length + 1)..].Trim().Trim('"');
        return name.Length > 0 ? name : null;
    }

    private static string? RemoveNumberAfter(string line, int index)
    {
        int separator = line.AsSpan().LastIndexOfAny(',', '\t', ';');
        if (separator <= 0 || !IsIndex(line.AsSpan(separator + 1).Trim(), index))
        {
            return null;
        }

        return line[..separator].Trim().Trim('"');
    }

    private static bool IsIndex(ReadOnlySpan<char> digits, int index) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number == index;

    // In the synset files of ImageNet, the WordNet id precedes the name: "n01440764 tench, Tinca tinca".
    private static List<string> RemoveWordNetIds(List<string> lines)
    {
        if (lines.TrueForAll(HasWordNetId))
        {
            for (int i = 0; i < lines.Count; i++)
            {
                lines[i] = lines[i][(WordNetIdLength + 1)..].TrimStart();
            }
        }

        return lines;
    }

    private static bool HasWordNetId(string line) => line.Length > WordNetIdLength + 1 && line[0] == 'n'
        && line[WordNetIdLength] is ' ' or '\t' or ',' && line.AsSpan(1, WordNetIdLength - 1).IndexOfAnyExceptInRange('0', '9') < 0;
}
