using System.Buffers;

namespace ServerlessInference.Imaging.Tests;

public sealed class ImageDecoderExtensionsTests
{
    private readonly ImageDecoder _decoder = new();
    private readonly ImageBuffer _source = TestImage.Random(200, 180, 1);
    private readonly ImageBuffer _result = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DecodeAsync_Stream_DecodesWholeImage(bool canSeek)
    {
        using var stream = new TrickleStream(PngEncoder.Encode(_source), canSeek);
        await _decoder.DecodeAsync(stream, new ImageDecodeOptions(), _result, TestContext.Current.CancellationToken);

        Assert.True(_source.Pixels.SequenceEqual(_result.Pixels));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DecodeAsync_StreamAboveTheLimit_StopsReading(bool canSeek)
    {
        using var stream = new TrickleStream(new byte[1_000_000], canSeek);
        var options = new ImageDecodeOptions { MaxEncodedBytes = 100_000 };
        var exception = await Assert.ThrowsAsync<InvalidImageException>(
            () => _decoder.DecodeAsync(stream, options, _result, TestContext.Current.CancellationToken));

        Assert.Equal(InvalidImageKind.TooLarge, exception.Kind);
        Assert.True(stream.Position <= 110_000, $"{stream.Position} bytes were read.");
    }

    [Fact]
    public async Task DecodeAsync_Cancelled_Throws()
    {
        using var stream = new TrickleStream(new byte[10], canSeek: false);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _decoder.DecodeAsync(stream, new ImageDecodeOptions(), _result, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Decode_SeveralSegments_DecodesWholeImage()
    {
        byte[] encoded = PngEncoder.Encode(_source);
        var last = new Piece(encoded.AsMemory(100), 100);
        var first = new Piece(encoded.AsMemory(0, 100), 0) { Following = last };
        _decoder.Decode(new ReadOnlySequence<byte>(first, 0, last, encoded.Length - 100), new ImageDecodeOptions(), _result);

        Assert.True(_source.Pixels.SequenceEqual(_result.Pixels));
    }

    [Fact]
    public void Decode_SingleSegment_DecodesImage()
    {
        _decoder.Decode(new ReadOnlySequence<byte>(PngEncoder.Encode(_source)), new ImageDecodeOptions(), _result);

        Assert.True(_source.Pixels.SequenceEqual(_result.Pixels));
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public ReadOnlySequenceSegment<byte> Following
        {
            init => Next = value;
        }
    }

    /// <summary>Returns at most 7,000 bytes per read.</summary>
    private sealed class TrickleStream(byte[] bytes, bool canSeek) : MemoryStream(bytes)
    {
        public override bool CanSeek => canSeek;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 7_000)], cancellationToken);
    }
}
