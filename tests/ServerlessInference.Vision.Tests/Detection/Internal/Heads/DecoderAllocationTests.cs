using ServerlessInference.Vision.Detection.Heads;
using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Tests.Detection.Internal.Heads;

public sealed class DecoderAllocationTests
{
    public static IEnumerable<TheoryDataRow<string>> Heads() => ["v8", "v5", "end-to-end", "yolox"];

    [Theory]
    [MemberData(nameof(Heads))]
    public void Decode_SecondImage_AllocatesNothing(string head)
    {
        IHeadDecoder decoder = head switch
        {
            "v8" => new YoloV8Decoder(),
            "v5" => new YoloV5Decoder(),
            "end-to-end" => new EndToEndDecoder(),
            _ => new YoloxDecoder(decoded: null),
        };
        float[] output = new float[84 * 85];
        Array.Fill(output, 0.75f);
        var layout = new HeadLayout(84, 80, 64, 64);
        var candidates = new CandidateBuffer();
        decoder.Decode(output, layout, 0.5f, candidates);

        Assert.Equal(0, Allocations.Least(() =>
        {
            candidates.Clear();
            decoder.Decode(output, layout, 0.5f, candidates);
        }));
    }

    [Fact]
    public void Decode_EveryBoxAboveThreshold_ReturnsEachOnce()
    {
        const int Boxes = 5000;
        float[] output = new float[5 * Boxes];
        Array.Fill(output, 0.75f);
        var candidates = new CandidateBuffer();

        new YoloV8Decoder().Decode(output, new HeadLayout(Boxes, 1, 0, 0), 0.5f, candidates);

        Assert.Equal(Enumerable.Range(0, Boxes), candidates.Items.ToArray().Select(candidate => candidate.Box));
    }
}
