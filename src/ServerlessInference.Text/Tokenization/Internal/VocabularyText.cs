using System.Text.Unicode;

namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>Reads <c>vocab.txt</c>: one token a line, the line number is the id.</summary>
internal static class VocabularyText
{
    /// <summary>Reads a vocabulary.</summary>
    /// <param name="buffer">The file, and <see cref="Vocabulary.Padding"/> bytes more. Kept.</param>
    /// <param name="length">The file's length.</param>
    /// <param name="prefix">The continuation prefix in UTF-8.</param>
    /// <exception cref="ModelLoadException">Not UTF-8, no line, or too many lines.</exception>
    internal static Vocabulary Read(byte[] buffer, int length, byte[] prefix)
    {
        ReadOnlySpan<byte> text = buffer.AsSpan(0, length);
        if (!Utf8.IsValid(text))
        {
            throw new ModelLoadException("vocab.txt is not UTF-8. Export the vocabulary again, one token a line in UTF-8.");
        }

        int start = text.StartsWith("\uFEFF"u8) ? 3 : 0;
        int lines = text[start..].Count((byte)'\n') + (text.EndsWith((byte)'\n') ? 0 : 1);
        if (lines > VocabularyBuilder.MaxIds)
        {
            throw new ModelLoadException($"vocab.txt has {lines} lines, more than the {VocabularyBuilder.MaxIds} that are supported.");
        }

        var builder = new VocabularyBuilder(buffer, lines, prefix);
        int id = 0;
        for (; start < length; id++)
        {
            int rest = text[start..].IndexOf((byte)'\n');
            int end = rest < 0 ? length : start + rest;
            builder.Add(start, TrimmedLength(text[start..end]), id);
            start = end + 1;
        }

        if (id == 0)
        {
            throw new ModelLoadException("vocab.txt is empty; it must hold one token a line. Take it from the model's repository.");
        }

        return builder.Build();
    }

    private static int TrimmedLength(ReadOnlySpan<byte> line)
    {
        // Only ASCII white space: a token never holds any, and other white space is removed from texts before they are looked up.
        int length = line.Length;
        while (length > 0 && (line[length - 1] is (byte)' ' or (>= 9 and <= 13)))
        {
            length--;
        }

        return length;
    }
}
