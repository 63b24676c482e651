using System.Globalization;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>The tokens that stand for single bytes in SentencePiece's vocabularies: <c>&lt;0x00></c> to <c>&lt;0xFF></c>.</summary>
internal static class ByteToken
{
    internal static string Get(int value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    /// <summary>Gets the byte that a token stands for; -1 if it stands for none.</summary>
    internal static int Parse(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? value
            : -1;
}
