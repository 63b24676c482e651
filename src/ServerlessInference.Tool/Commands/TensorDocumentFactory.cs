using System.Security.Cryptography;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Tool.Commands;

/// <summary>Creates the tensor of an image, and the bytes of its resized pixels.</summary>
internal sealed class TensorDocumentFactory
{
    private const int FirstValues = 16;

    private readonly ImageDecoder _decoder = new();
    private readonly ImageDecodeOptions _decoding = new();
    private readonly ImageBuffer _image = new();
    private readonly ImageTensorizer _floats;
    private readonly ImageTensorizer _pixels;

    public TensorDocumentFactory(ImagePreprocessingOptions settings)
    {
        _floats = new ImageTensorizer(settings);
        settings.Layout = TensorLayout.Nhwc;
        settings.ElementType = ImageElementType.UInt8;
        _pixels = new ImageTensorizer(settings);
    }

    public TensorDocument Create(string file, byte[] encoded)
    {
        _decoder.Decode(encoded, _decoding, _image);
        ImageSize size = _floats.GetSize(_image.Width, _image.Height);
        int plane = size.Width * size.Height;
        float[] tensor = new float[ImageBuffer.Channels * plane];
        byte[] pixels = new byte[tensor.Length];
        _floats.Write(_image, tensor);
        _pixels.Write(_image, pixels);
        float[][] first = new float[ImageBuffer.Channels][];
        for (int channel = 0; channel < first.Length; channel++)
        {
            first[channel] = tensor.AsSpan(channel * plane, Math.Min(FirstValues, plane)).ToArray();
        }

        int[] shape = [1, ImageBuffer.Channels, size.Height, size.Width];
        return new TensorDocument(file, shape, Convert.ToHexStringLower(SHA256.HashData(pixels)), first);
    }
}
