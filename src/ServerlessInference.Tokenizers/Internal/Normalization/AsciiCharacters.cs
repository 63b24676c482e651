using System.Buffers;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>Kinds of ASCII characters to search for.</summary>
internal static class AsciiCharacters
{
    internal static readonly SearchValues<char> Uppercase = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    internal static readonly SearchValues<char> Controls = SearchValues.Create(CreateControls());

    private static string CreateControls()
    {
        Span<char> controls = stackalloc char[33];
        for (int i = 0; i < 32; i++)
        {
            controls[i] = (char)i;
        }

        controls[32] = '\u007F';
        return new string(controls);
    }
}
