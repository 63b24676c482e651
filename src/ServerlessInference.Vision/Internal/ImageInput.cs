using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Imaging;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision;

/// <summary>Finds the input of a model that takes images.</summary>
internal static class ImageInput
{
    /// <summary>The longest side that an image can have.</summary>
    private const int MaxSide = 65_535;

    private const int Grey = 1;
    private const int Rgba = 4;

    /// <summary>Gets the image input of a model.</summary>
    /// <exception cref="ModelContractException">The model has no image input.</exception>
    public static ValueDescription Get(LoadedModel model) => Find(model) ?? throw new ModelContractException(
        $"Model '{model.Identity.Name}' has the inputs {string.Join(", ", model.Description.Inputs)}; " +
        "an image pipeline needs one of float32, float16 or uint8 [n, 3, height, width] or [n, height, width, 3], " +
        "or with 1 channel (grey) or 4 channels (RGBA).");

    /// <summary>Finds the image input of a model, or returns <see langword="null"/> if it has none.</summary>
    public static ValueDescription? Find(LoadedModel model)
    {
        foreach (ValueDescription input in model.Description.Inputs)
        {
            if (input is
                {
                    Kind: ValueKind.Tensor,
                    ElementType: TensorElementType.Float or TensorElementType.Float16 or TensorElementType.UInt8,
                    Shape.Length: 4,
                }
                && (input.Shape[1] < 0 || IsChannels(input.Shape[1]) || IsChannels(input.Shape[3])))
            {
                return input;
            }
        }

        return null;
    }

    /// <summary>Determines whether the channels are the last axis of an image input.</summary>
    /// <remarks>An axis of 3 is preferred, since the others may be a side of a tiny image.</remarks>
    public static bool HasChannelsLast(ValueDescription input) => input.Shape[1] != ImageBuffer.Channels
        && (input.Shape[3] == ImageBuffer.Channels || (!IsChannels(input.Shape[1]) && IsChannels(input.Shape[3])));

    /// <summary>Gets the number of channels of an image input: 1 (grey), 3 (RGB) or 4 (RGBA). A dynamic axis is taken for 3.</summary>
    public static int GetChannels(ValueDescription input)
    {
        long channels = input.Shape[HasChannelsLast(input) ? 3 : 1];
        return channels < 0 ? ImageBuffer.Channels : (int)channels;
    }

    /// <summary>Gets the size of an image input in pixels.</summary>
    /// <param name="input">The input.</param>
    /// <returns>The size. A side is 0 if it is dynamic or if no image can have it.</returns>
    public static (int Height, int Width) GetSize(ValueDescription input)
    {
        int first = HasChannelsLast(input) ? 1 : 2;
        return (ToSide(input.Shape[first]), ToSide(input.Shape[first + 1]));
    }

    private static int ToSide(long axis) => axis is > 0 and <= MaxSide ? (int)axis : 0;

    private static bool IsChannels(long axis) => axis is Grey or ImageBuffer.Channels or Rgba;
}
