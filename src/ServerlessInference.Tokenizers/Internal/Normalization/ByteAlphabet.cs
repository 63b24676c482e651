using System.Text;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>The characters that stand for bytes in byte-level vocabularies: printable Latin-1 characters for themselves, others for
/// U+0100 and up in order.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] _characters = CreateCharacters();

    /// <summary>Gets the character of each byte.</summary>
    internal static ReadOnlySpan<char> Characters => _characters;

    /// <summary>Gets the byte that a character stands for; -1 if there is none.</summary>
    internal static int ToByte(char character)
    {
        if (character < 0x100)
        {
            return IsPrintable(character) ? character : -1;
        }

        // In the order of CreateCharacters: 0 to 0x20, 0x7F to 0xA0, 0xAD.
        int index = character - 0x100;
        return index switch
        {
            <= 0x20 => index,
            <= 0x42 => index - 0x21 + 0x7F,
            0x43 => 0xAD,
            _ => -1,
        };
    }

    /// <summary>Converts a part of a well-formed text. Each byte gets the range of its character.</summary>
    internal static void Convert(TextView text, int start, int end, AlignedText target)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (int i = start; i < end;)
        {
            int at = i;
            Rune.DecodeFromUtf16(text.Units[i..], out Rune rune, out int units);
            i += units;
            int count = rune.EncodeToUtf8(bytes);
            for (int b = 0; b < count; b++)
            {
                target.Add(_characters[bytes[b]], text.GetStart(at), text.GetEnd(i - 1));
            }
        }
    }

    private static bool IsPrintable(int value) => value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    private static char[] CreateCharacters()
    {
        char[] characters = new char[256];
        int next = 0x100;
        for (int i = 0; i < characters.Length; i++)
        {
            characters[i] = (char)(IsPrintable(i) ? i : next++);
        }

        return characters;
    }
}
