using ServerlessInference;

namespace StreamScoring;

/// <summary>
/// Takes the beginning of a text, so that one long text costs its batch no more than a usual one, and refuses a text without words.
/// </summary>
internal static class Excerpt
{
    private const int MaxLength = 2_000;

    /// <summary>Takes the beginning of a text.</summary>
    /// <param name="text">A text whose words are separated by single spaces.</param>
    /// <returns>At most 2,000 characters, up to the end of a word.</returns>
    /// <exception cref="InvalidInputException">The text has no letters. Only its record fails.</exception>
    public static string Take(string text)
    {
        if (!text.Any(char.IsLetter))
        {
            throw new InvalidInputException(InvalidInputKind.Unprocessable, "The text has no words. Send a text with at least one word.");
        }

        if (text.Length <= MaxLength)
        {
            return text;
        }

        int end = text.LastIndexOf(' ', MaxLength);
        return text[..(end > 0 ? end : MaxLength)];
    }
}
