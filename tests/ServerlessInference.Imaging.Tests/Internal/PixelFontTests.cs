namespace ServerlessInference.Imaging.Tests.Internal;

public sealed class PixelFontTests
{
    [Fact]
    public void Glyph_EveryAsciiCharacter_IsDistinctAndFits()
    {
        var seen = new Dictionary<string, char>();
        for (char character = ' '; character <= '~'; character++)
        {
            byte[] rows = PixelFont.Glyph(character).ToArray();
            Assert.Equal(PixelFont.GlyphHeight, rows.Length);
            Assert.All(rows, row => Assert.InRange(row, 0, (1 << PixelFont.GlyphWidth) - 1));
            Assert.Equal(character == ' ', rows.All(row => row == 0));
            Assert.True(seen.TryAdd(Convert.ToHexString(rows), character), $"'{character}' looks like another character.");
        }
    }

    [Fact]
    public void Glyph_OtherCharacter_IsAQuestionMark() => Assert.Equal(PixelFont.Glyph('?').ToArray(), PixelFont.Glyph('\u00fc').ToArray());

    [Fact]
    public void ForClass_Classes_HaveDistinctColours() =>
        Assert.Equal(80, Enumerable.Range(0, 80).Select(RgbColor.ForClass).Distinct().Count());
}
