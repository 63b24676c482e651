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

    /// <summary>Gets the image input of a model.</summary>
    /// <exception cref="ModelContractException">The model has no image input.</exception>
    public static ValueDescription Get(LoadedModel model) => Find(model) ?? throw new ModelContractException(
        $"Model '{model.Identity.Name}' has the inputs {string.Join(", ", model.Description.Inputs)}; " +
        "an image pipeline needs one of float32, float16 or uint8 [n, 3, height, width] or [n, height, width, 3].");

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
                && (CanBeChannels(input.Shape[1]) || input.Shape[3] == ImageBuffer.Channels))
            {
                return input;
            }
        }

        return null;
    }

    /// <summary>Determines whether the channels are the last axis of an image input.</summary>
    public static bool HasChannelsLast(ValueDescription input) =>
        input.Shape[3] == ImageBuffer.Channels && input.Shape[1] != ImageBuffer.Channels;

    /// <summary>Gets the size of an image input in pixels.</summary>
    /// <param name="input">The input.</param>
    /// <returns>The size. A side is 0 if it is dynamic or if no image can have it.</returns>
    public static (int Height, int Width) GetSize(ValueDescription input)
    {
        int first = HasChannelsLast(input) ? 1 : 2;
        return (ToSide(input.Shape[first]), ToSide(input.Shape[first + 1]));
    }

    private static int ToSide(long axis) => axis is > 0 and <= MaxSide ? (int)axis : 0;

    // A dynamic axis (-1) may have any length.
    private static bool CanBeChannels(long axis) => axis is ImageBuffer.Channels or < 0;
}
