using System.Text.Json;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Parity.Tests.Imaging;

/// <summary>
/// Compares letterboxed pixels with OpenCV 4.6 and Pillow 9.4. A difference of one grey level would be acceptable, but the bytes are
/// equal, and the tests require that.
/// </summary>
public sealed class LetterboxParityTests
{
    // Without the reference data there is one empty case, which skips itself, because a theory without data fails.
    public static IEnumerable<TheoryDataRow<string>> Keys() =>
        Reference.IsThere
            ? ImageGolden.Read("golden", "yolo", "yolo_detections.json").GetProperty("preproc").EnumerateObject()
                .Select(golden => new TheoryDataRow<string>(golden.Name))
            : [new TheoryDataRow<string>(string.Empty)];

    public static IEnumerable<TheoryDataRow<string, int, string>> Files() =>
        from image in new[] { "bus", "street" }
        from size in new[] { 416, 640 }
        from kernel in new[] { "cv2_linear", "pil_bilinear" }
        select new TheoryDataRow<string, int, string>(image, size, kernel);

    [Theory]
    [MemberData(nameof(Keys))]
    public void Write_Letterbox_EqualsReference(string key)
    {
        JsonElement golden = ImageGolden.Read("golden", "yolo", "yolo_detections.json").GetProperty("preproc").GetProperty(key);
        int size = golden.GetProperty("input_size").GetInt32();
        ImageBuffer image = ImageGolden.Decode(golden.GetProperty("image").GetString()!);

        byte[] pixels = new byte[3 * size * size];
        LetterboxTransform transform = new ImageTensorizer(Options(golden.GetProperty("interp").GetString()!, size)).Write(image, pixels);

        Assert.Equal(golden.GetProperty("gain").GetDouble(), transform.GainX);
        Assert.Equal(golden.GetProperty("gain").GetDouble(), transform.GainY);
        Assert.Equal(golden.GetProperty("pad_left").GetInt32(), transform.PadLeft);
        Assert.Equal(golden.GetProperty("pad_top").GetInt32(), transform.PadTop);
        foreach (JsonElement sample in golden.GetProperty("samples").EnumerateArray())
        {
            int at = ((sample[0].GetInt32() * size) + sample[1].GetInt32()) * 3;
            Assert.Equal(sample[2].EnumerateArray().Select(value => value.GetByte()), pixels.AsSpan(at, 3).ToArray());
        }

        Assert.Equal(golden.GetProperty("sha256_u8_hwc_rgb").GetString(), ImageGolden.Hash(pixels));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Write_LosslessSource_EqualsTheReferenceImage(string image, int size, string kernel)
    {
        ImageBuffer expected = ImageGolden.Decode($"golden/yolo/lossless_{image}_png_{size}_{kernel}.png");
        byte[] pixels = new byte[3 * size * size];
        new ImageTensorizer(Options(kernel, size)).Write(ImageGolden.Decode($"images/lossless/{image}.png"), pixels);

        int equal = 0;
        int furthest = 0;
        for (int i = 0; i < pixels.Length; i++)
        {
            int difference = Math.Abs(pixels[i] - expected.Pixels[i]);
            equal += difference == 0 ? 1 : 0;
            furthest = Math.Max(furthest, difference);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{100.0 * equal / pixels.Length:F3} % equal, largest difference {furthest}");
        Assert.Equal(pixels.Length, equal);
    }

    private static ImagePreprocessingOptions Options(string kernel, int size)
    {
        ImagePreprocessingOptions options = kernel == "yolox_topleft"
            ? ImagePreprocessingPresets.Yolox(size)
            : ImagePreprocessingPresets.Ultralytics(size);
        options.Filter = kernel == "pil_bilinear" ? ResizeFilter.Bilinear : ResizeFilter.OpenCvLinear;
        options.Layout = TensorLayout.Nhwc;

        // The golden pixels are RGB, even those of YOLOX.
        options.ChannelOrder = ChannelOrder.Rgb;
        return options;
    }
}
