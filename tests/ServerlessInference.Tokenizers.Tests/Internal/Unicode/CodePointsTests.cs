using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.Tests.Unicode;

public sealed class CodePointsTests
{
    [Theory]
    [InlineData('A', 'a')]
    [InlineData('z', 'z')]
    [InlineData(0x130, 'i')]
    [InlineData(0x1E9E, 0xDF)]
    [InlineData(0x3A3, 0x3C3)]
    [InlineData(0x212A, 'k')]
    [InlineData(0x10400, 0x10428)]
    [InlineData(0x1E900, 0x1E922)]
    [InlineData(0xA7DC, 0x19B)]
    [InlineData(0x10FFFF, 0x10FFFF)]
    public void ToLower_CodePoint_IsUnicodesSimpleMapping(int codePoint, int lower)
    {
        Assert.Equal(lower, CodePoints.ToLower(codePoint));
    }

    [Theory]
    [InlineData(0xE9, "e\u0301")]
    [InlineData(0x1EDD, "o\u031b\u0300")]
    [InlineData(0x1D15E, "\U0001D157\U0001D165")]
    [InlineData(0xF900, "\u8c48")]
    [InlineData('a', "")]
    [InlineData(0x11938, "")]
    public void Decomposition_CodePoint_IsFullAndCanonical(int codePoint, string expected)
    {
        Assert.Equal(expected.Select(static c => (ushort)c), CodePoints.Decomposition(codePoint).ToArray());
    }

    [Theory]
    [InlineData(0x301, 230)]
    [InlineData(0x323, 220)]
    [InlineData(0x302E, 224)]
    [InlineData(0x1E000, 230)]
    [InlineData('a', 0)]
    [InlineData(0x1ABF, 0)]
    public void CombiningClass_CodePoint_IsThatOfUnicode9(int codePoint, int expected)
    {
        Assert.Equal(expected, CodePoints.CombiningClass(codePoint));
    }

    [Fact]
    public void Flags_EveryCodePoint_AreDefined()
    {
        int removed = 0;
        for (int c = 0; c <= 0x10FFFF; c++)
        {
            CodePointFlags flags = CodePoints.Flags(c);
            removed += (flags & CodePointFlags.Removed) != 0 ? 1 : 0;
            bool hasDecomposition = c is not (>= 0xD800 and < 0xE000) && !CodePoints.Decomposition(c).IsEmpty;
            Assert.Equal(hasDecomposition, (flags & CodePointFlags.Decomposes) != 0);
            Assert.Equal(CodePoints.ToLower(c) != c, (flags & CodePointFlags.Lowercases) != 0);
        }

        // 62 of Cc (65 without tab, line feed, carriage return), 152 of Cf, 137,468 of Co in Unicode 8, and U+FFFD.
        Assert.Equal(62 + 152 - 2 + 137468 + 1, removed);
    }

    [Fact]
    public void DecomposeHangul_Syllables_FollowTheArithmetic()
    {
        int[] jamo = new int[3];

        Assert.Equal(2, CodePoints.DecomposeHangul(0xAC00, jamo));
        Assert.Equal([0x1100, 0x1161], jamo[..2]);
        Assert.Equal(3, CodePoints.DecomposeHangul(0xD7A3, jamo));
        Assert.Equal([0x1112, 0x1175, 0x11C2], jamo);
    }
}
