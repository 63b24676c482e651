using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Runs a model on zeros (or empty strings) to warm it up.</summary>
/// <remarks>
/// The settings can specify the lengths of dynamic axes. Otherwise the batch has one row, an image has the size that the exporter recorded
/// (<c>imgsz</c> of Ultralytics) or 224, a token sequence has the length 16, and every other axis the length 1. If the model rejects that,
/// other lengths are tried, because many models require a multiple of some number, or more than their windows and pools cover. The attempts
/// end when the inputs would need more memory than a small function has.
/// </remarks>
internal static class SyntheticInput
{
    private const int TokenLength = 16;

    /// <summary>The maximum size of the inputs of an attempt. It does not apply to the first attempt.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    private static readonly int[] ImageSizes = [224, 256, 320, 384, 512, 640, 64, 32, 28];
    private static readonly int[] Lengths = [1, 2, 8, 16, 32, 64, 128, 256, 512];

    /// <summary>Fills a batch and runs it.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="axes">The lengths of dynamic axes by name.</param>
    /// <param name="run">Runs the batch.</param>
    /// <exception cref="InferenceException">
    /// The model accepts none of the lengths. The message has the error of the first attempt.
    /// </exception>
    public static void Run(InferenceBatch batch, IReadOnlyDictionary<string, int> axes, Action run)
    {
        InferenceException? first = null;
        for (int attempt = 0; attempt < ImageSizes.Length; attempt++)
        {
            long[][] shapes = GetShapes(batch, axes, attempt, out bool guessed);
            if (first is not null && GetSize(batch, shapes) > MaxBytes)
            {
                break;
            }

            Fill(batch, shapes);
            try
            {
                run();
                return;
            }
            catch (InferenceException exception) when (guessed)
            {
                first ??= exception;
            }
        }

        throw new InferenceException(
            $"The model '{batch.Model.Identity.Name}' cannot be run on zeros with any of the lengths that were tried for its dynamic " +
            "axes. Its " +
            $"inputs are {string.Join(", ", batch.Model.Description.Inputs)}. Set the lengths in the option WarmupAxes. The first error: " +
            first!.Message,
            first);
    }

    /// <summary>Chooses a shape for each input. If a length was guessed, another attempt is possible.</summary>
    private static long[][] GetShapes(InferenceBatch batch, IReadOnlyDictionary<string, int> axes, int attempt, out bool guessed)
    {
        guessed = false;
        IReadOnlyList<ValueDescription> inputs = batch.Model.Description.Inputs;
        long[][] shapes = new long[inputs.Count][];
        for (int i = 0; i < shapes.Length; i++)
        {
            if (inputs[i].Kind != ValueKind.Tensor)
            {
                throw new ModelContractException(
                    $"The input {inputs[i]} of model '{batch.Model.Identity.Name}' is not a tensor; only tensors can be inputs.");
            }

            long[] shape = inputs[i].Shape.ToArray();
            for (int axis = 0; axis < shape.Length; axis++)
            {
                if (shape[axis] < 0)
                {
                    shape[axis] = GetLength(batch, inputs[i], axis, axes, attempt, ref guessed);
                }
            }

            shapes[i] = shape;
        }

        return shapes;
    }

    /// <summary>
    /// Computes the bytes of the inputs (of strings, their references). A double, because the product may exceed every integer.
    /// </summary>
    private static double GetSize(InferenceBatch batch, long[][] shapes)
    {
        double size = 0;
        for (int i = 0; i < shapes.Length; i++)
        {
            TensorElementType type = batch.Model.Description.Inputs[i].ElementType;
            double bytes = type == TensorElementType.String ? IntPtr.Size : ElementTypes.GetSize(type);
            foreach (long axis in shapes[i])
            {
                bytes *= axis;
            }

            size += bytes;
        }

        return size;
    }

    private static void Fill(InferenceBatch batch, long[][] shapes)
    {
        IReadOnlyList<ValueDescription> inputs = batch.Model.Description.Inputs;
        for (int i = 0; i < shapes.Length; i++)
        {
            if (inputs[i].ElementType == TensorElementType.String)
            {
                batch.Input(i).FillStrings(shapes[i]).Fill(string.Empty);
            }
            else
            {
                batch.Input(i).FillBytes(inputs[i].ElementType, shapes[i]).Clear();
            }
        }
    }

    private static long GetLength(
        InferenceBatch batch,
        ValueDescription input,
        int axis,
        IReadOnlyDictionary<string, int> axes,
        int attempt,
        ref bool guessed)
    {
        string name = input.Symbols[axis];
        if (name.Length > 0 && axes.TryGetValue(name, out int length))
        {
            return length;
        }

        if (axis == 0 && (input.Shape.Length > 1 || name.Contains("batch", StringComparison.OrdinalIgnoreCase)))
        {
            return batch.Rows;
        }

        guessed = true;
        if (IsImage(input))
        {
            bool channels = axis == 1 && input.Shape[3] != 3;
            return channels ? 3 : attempt == 0 && ReadRecordedSize(batch, axis) is { } recorded ? recorded : ImageSizes[attempt];
        }

        return attempt == 0 && IsTokens(input) ? TokenLength : Lengths[attempt];
    }

    private static bool IsImage(ValueDescription input) =>
        input.Shape.Length == 4
        && input.ElementType is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.UInt8
        && (input.Shape[1] is < 0 or 1 or 3 || input.Shape[3] is 1 or 3);

    private static bool IsTokens(ValueDescription input) =>
        input.Shape.Length == 2 && input.ElementType is TensorElementType.Int64 or TensorElementType.Int32;

    /// <summary>Reads the image size that Ultralytics records in the metadata, <c>[height, width]</c>.</summary>
    private static int? ReadRecordedSize(InferenceBatch batch, int axis)
    {
        if (!batch.Model.Description.Metadata.TryGetValue("imgsz", out string? text))
        {
            return null;
        }

        string[] sizes = text.Trim('[', ']', '(', ')', ' ')
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool first = axis == 2;
        return sizes.Length > 0
            && int.TryParse(sizes[first ? 0 : ^1], NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            && size is > 0 and <= 4096
            ? size
            : null;
    }
}
