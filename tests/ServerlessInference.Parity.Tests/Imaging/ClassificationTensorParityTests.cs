using System.Runtime.InteropServices;
using System.Text.Json;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Parity.Tests.Imaging;

/// <summary>
/// Compares tensors for classification with Pillow's resize and numpy's float32 arithmetic: the pixels and the values are equal bit for
/// bit.
/// </summary>
public sealed class ClassificationTensorParityTests
{
    private static readonly string[] Files = ["imagenet_mobilenetv2.json", "imagenet_webp_gif_bmp.json"];

    // Without the reference data there is one empty case, which skips itself, because a theory without data fails.
    public static IEnumerable<TheoryDataRow<string, string, int>> Cases() =>
        Reference.IsThere
            ? from goldenFile in Files
              from golden in CasesOf(goldenFile)
              select new TheoryDataRow<string, string, int>(
                  goldenFile, golden.GetProperty("image").GetString()!, golden.GetProperty("resize").GetInt32())
            : [new TheoryDataRow<string, string, int>(Files[0], string.Empty, 0)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Write_Torchvision_EqualsPillowAndNumpy(string goldenFile, string file, int resize)
    {
        JsonElement golden = CasesOf(goldenFile)
            .Single(element => element.GetProperty("image").GetString() == file && element.GetProperty("resize").GetInt32() == resize);
        ImageBuffer image = ImageGolden.Decode(file);
        ImagePreprocessingOptions options = resize == 256
            ? ImagePreprocessingPresets.Torchvision()
            : ImagePreprocessingPresets.TorchvisionV2();

        float[] tensor = new float[3 * 224 * 224];
        new ImageTensorizer(options).Write(image, tensor);
        options.Layout = TensorLayout.Nhwc;
        byte[] pixels = new byte[3 * 224 * 224];
        new ImageTensorizer(options).Write(image, pixels);

        Assert.Equal(golden.GetProperty("sha256_u8_hwc_rgb").GetString(), ImageGolden.Hash(pixels));
        int[] thousandths = Array.ConvertAll(tensor, value => (int)MathF.Round(value * 1000f));
        Assert.Equal(
            golden.GetProperty("sha256_round3_int32_chw").GetString(), ImageGolden.Hash(MemoryMarshal.AsBytes(thousandths.AsSpan())));
        IEnumerable<JsonElement> samples = golden.TryGetProperty("samples", out JsonElement array) ? array.EnumerateArray() : [];
        foreach (JsonElement sample in samples)
        {
            int at = (((sample[0].GetInt32() * 224) + sample[1].GetInt32()) * 224) + sample[2].GetInt32();
            Assert.Equal(BitConverter.SingleToInt32Bits((float)sample[3].GetDouble()), BitConverter.SingleToInt32Bits(tensor[at]));
        }

        for (int channel = 0; channel < 3; channel++)
        {
            float[] first = [.. golden.GetProperty("first16")[channel].EnumerateArray().Select(value => (float)value.GetDouble())];
            Assert.Equal(first, tensor.AsSpan(channel * 224 * 224, first.Length).ToArray());
        }
    }
    private static JsonElement.ArrayEnumerator CasesOf(string goldenFile) =>
        ImageGolden.Read("golden", "classify", goldenFile).GetProperty("cases").EnumerateArray();
}
