using System.Text;

namespace StreamScoring;

/// <summary>Removes from a text what the model has not seen in training: markup, links and repeated white space.</summary>
internal static class PlainText
{
    /// <summary>Cleans a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its words, separated by single spaces.</returns>
    public static string Clean(string text)
    {
        var words = new StringBuilder(text.Length);
        foreach (string word in WithoutTags(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!word.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
                && !word.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            {
                words.Append(words.Length == 0 ? "" : " ").Append(word);
            }
        }

        return words.ToString();
    }

    // A "<" without a ">" after it is a character of the text, not the beginning of a tag.
    private static string WithoutTags(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            int end =
                text[i] == '<' && i + 1 < text.Length && (char.IsLetter(text[i + 1]) || text[i + 1] == '/') ? text.IndexOf('>', i) : -1;
            plain.Append(end < 0 ? text[i] : ' ');
            i = end < 0 ? i : end;
        }

        return plain.ToString();
    }
}
