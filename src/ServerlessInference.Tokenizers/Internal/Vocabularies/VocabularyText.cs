using System.Text.Unicode;

namespace ServerlessInference.Tokenizers.Vocabularies;

/// <summary>Reads <c>vocab.txt</c>: one token per line, whose id is the line number.</summary>
internal static class VocabularyText
{
    /// <summary>Reads a vocabulary.</summary>
    /// <param name="buffer">The file, followed by <see cref="Vocabulary.Padding"/> bytes. Not copied.</param>
    /// <param name="length">The length of the file in bytes.</param>
    /// <param name="prefix">The continuation prefix in UTF-8.</param>
    /// <exception cref="InvalidDataException">The file is empty, is not UTF-8, or has too many lines.</exception>
    internal static Vocabulary Read(byte[] buffer, int length, byte[] prefix)
    {
        ReadOnlySpan<byte> text = buffer.AsSpan(0, length);
        if (!Utf8.IsValid(text))
        {
            throw new InvalidDataException("vocab.txt is not UTF-8. Export the vocabulary again in UTF-8, one token per line.");
        }

        int start = text.StartsWith("\uFEFF"u8) ? 3 : 0;
        int lines = text[start..].Count((byte)'\n') + (text.EndsWith((byte)'\n') ? 0 : 1);
        if (lines > VocabularyBuilder.MaxIds)
        {
            throw new InvalidDataException($"vocab.txt has {lines} lines; at most {VocabularyBuilder.MaxIds} are supported.");
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
            throw new InvalidDataException("vocab.txt is empty; it must contain one token per line. Take it from the model's repository.");
        }

        return builder.Build();
    }

    private static int TrimmedLength(ReadOnlySpan<byte> line)
    {
        // Only ASCII white space: tokens never contain it, and other white space never reaches a look-up, because texts are split at it.
        int length = line.Length;
        while (length > 0 && (line[length - 1] is (byte)' ' or (>= 9 and <= 13)))
        {
            length--;
        }

        return length;
    }
}
