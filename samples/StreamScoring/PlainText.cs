using System.Text;

namespace StreamScoring;

/// <summary>Leaves out of a text what the model never saw in training: mark-up, links and repeated white space.</summary>
internal static class PlainText
{
    /// <summary>Cleans a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Its words, one space between them.</returns>
    public static string Clean(string text)
    {
        var words = new StringBuilder(text.Length);
        foreach (string word in WithoutTags(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!word.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !word.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            {
                words.Append(words.Length == 0 ? "" : " ").Append(word);
            }
        }

        return words.ToString();
    }

    // A "<" that no ">" follows is a sign of the text, not the beginning of a tag.
    private static string WithoutTags(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            int end = text[i] == '<' && i + 1 < text.Length && (char.IsLetter(text[i + 1]) || text[i + 1] == '/') ? text.IndexOf('>', i) : -1;
            plain.Append(end < 0 ? text[i] : ' ');
            i = end < 0 ? i : end;
        }

        return plain.ToString();
    }
}
