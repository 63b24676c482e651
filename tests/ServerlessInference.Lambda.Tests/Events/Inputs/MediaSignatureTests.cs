using ServerlessInference.Lambda.Events.Inputs;

namespace ServerlessInference.Lambda.Tests.Events.Inputs;

public sealed class MediaSignatureTests
{
    public static TheoryData<byte[], bool> Files => new()
    {
        { [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0..........."u8], true },
        { [0x89, .. "PNG\r\n"u8, 0x1A, 10, .. "........."u8], true },
        { [.. "GIF89a............"u8], true },
        { [.. "RIFF\u0001\u0002\u0003\u0004WEBPVP8 ...."u8], true },
        { [.. "RIFF\u0001\u0002\u0003\u0004WAVEfmt ...."u8], true },
        { [.. "RIFF\u0001\u0002\u0003\u0004LISTfmt ...."u8], false },
        { [.. "II*\0.............."u8], true },
        { [.. "MM\0*.............."u8], true },
        { [.. "BM\u0010\u0020\u0030\0\0\0\0\0\u0036\0\0\0\0\0"u8], true },
        { [.. "BMW is a manufacturer"u8], false },
        { [.. "\0\0\0\u0018ftypheic........"u8], true },
        { [.. "OggS\0............."u8], true },
        { [.. "fLaC\0............."u8], true },
        { [.. "great service"u8], false },
        { [0xFF, 0xD8, 0xFF], false },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Matches_BeginningOfAFile_IsRecognisedAlsoInBase64(byte[] start, bool expected)
    {
        byte[] base64 = System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(start));

        Assert.Equal(expected, MediaSignature.Matches(start));
        Assert.Equal(expected, MediaSignature.MatchesBase64(base64));
    }
}
