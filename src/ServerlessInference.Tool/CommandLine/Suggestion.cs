using System.CommandLine;

namespace ServerlessInference.Tool.CommandLine;

/// <summary>Finds the command or option that a misspelled word was probably meant to be.</summary>
internal static class Suggestion
{
    // One letter in three may be wrong, missing or additional.
    private const int LettersPerMistake = 3;

    /// <summary>Finds a suggestion for the first word that was not recognised.</summary>
    /// <returns>The suggestion; <see langword="null"/> if nothing is similar.</returns>
    public static string? Find(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var word, ..])
        {
            return null;
        }

        Command command = parsed.CommandResult.Command;
        IEnumerable<string> known = word.StartsWith('-')
            ? command.Options.Select(option => option.Name)
            : command.Subcommands.Select(child => child.Name);
        return Find(word, known);
    }

    /// <summary>Finds the most similar name.</summary>
    public static string? Find(string word, IEnumerable<string> known)
    {
        string? best = null;
        int least = (word.Length / LettersPerMistake) + 1;
        foreach (string name in known)
        {
            int mistakes = CountMistakes(word, name);
            if (mistakes <= least && (best is null || mistakes < least))
            {
                (best, least) = (name, mistakes);
            }
        }

        return best;
    }

    /// <summary>Counts the letters that must be replaced, removed or added to turn a word into another (Levenshtein's distance).</summary>
    private static int CountMistakes(string word, string name)
    {
        int[] counts = [.. Enumerable.Range(0, name.Length + 1)];
        for (int i = 0; i < word.Length; i++)
        {
            int diagonal = counts[0];
            counts[0] = i + 1;
            for (int j = 0; j < name.Length; j++)
            {
                int replaced = diagonal + (word[i] == name[j] ? 0 : 1);
                diagonal = counts[j + 1];
                counts[j + 1] = Math.Min(replaced, Math.Min(counts[j], diagonal) + 1);
            }
        }

        return counts[^1];
    }
}
