using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Runs a model on zeros (empty strings), for warmth.</summary>
/// <remarks>
/// A dynamic axis has the length that the settings name for it. Else the batch has one row, an image the size that the exporter noted
/// (Ultralytics' <c>imgsz</c>) or 224, tokens a length of 16, and everything else a length of 1. Where the model refuses that, other
/// lengths are tried: many models want a multiple of something, or more than their windows and pools cover. What is tried grows with
/// each axis, and ends where it would take memory that a small function does not have.
/// </remarks>
internal static class SyntheticInput
{
    private const int TokenLength = 16;

    /// <summary>The most bytes of inputs that a guess may take, but for the first.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly int[] ImageSizes = [224, 256, 320, 384, 512, 640, 64, 32, 28];
    private static readonly int[] Lengths = [1, 2, 8, 16, 32, 64, 128, 256, 512];

    /// <summary>Fills a batch and runs it.</summary>
    /// <param name="batch">The batch, begun.</param>
    /// <param name="axes">The lengths of dynamic axes by name.</param>
    /// <param name="run">Runs the batch.</param>
    /// <exception cref="InferenceException">The model takes none of the lengths; the first one's error is told.</exception>
    public static void Run(InferenceBatch batch, IReadOnlyDictionary<string, int> axes, Action run)
    {
        InferenceException? first = null;
        for (int attempt = 0; attempt < ImageSizes.Length; attempt++)
        {
            long[][] shapes = Shapes(batch, axes, attempt, out bool guessed);
            if (first is not null && SizeOf(batch, shapes) > MostBytes)
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
            $"The model '{batch.Model.Identity.Name}' runs on zeros with none of the lengths that were tried for its dynamic axes; its inputs are " +
            $"{string.Join(", ", batch.Model.Description.Inputs)}. Name their lengths in the option WarmupAxes. The first error: {first!.Message}", first);
    }

    /// <summary>Gives each input a shape, and tells whether a length was guessed, so that another may be tried.</summary>
    private static long[][] Shapes(InferenceBatch batch, IReadOnlyDictionary<string, int> axes, int attempt, out bool guessed)
    {
        guessed = false;
        IReadOnlyList<ValueDescription> inputs = batch.Model.Description.Inputs;
        long[][] shapes = new long[inputs.Count][];
        for (int i = 0; i < shapes.Length; i++)
        {
            if (inputs[i].Kind != ValueKind.Tensor)
            {
                throw new ModelContractException($"The input {inputs[i]} of model '{batch.Model.Identity.Name}' is no tensor; only tensors can be given.");
            }

            long[] shape = inputs[i].Shape.ToArray();
            for (int axis = 0; axis < shape.Length; axis++)
            {
                if (shape[axis] < 0)
                {
                    shape[axis] = LengthOf(batch, inputs[i], axis, axes, attempt, ref guessed);
                }
            }

            shapes[i] = shape;
        }

        return shapes;
    }

    /// <summary>Counts bytes (of strings, references to them) without a limit to how many there may be.</summary>
    private static double SizeOf(InferenceBatch batch, long[][] shapes)
    {
        double size = 0;
        for (int i = 0; i < shapes.Length; i++)
        {
            TensorElementType type = batch.Model.Description.Inputs[i].ElementType;
            double bytes = type == TensorElementType.String ? IntPtr.Size : ElementTypes.SizeOf(type);
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

    private static long LengthOf(InferenceBatch batch, ValueDescription input, int axis, IReadOnlyDictionary<string, int> axes, int attempt, ref bool guessed)
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
            return channels ? 3 : attempt == 0 && NotedSize(batch, axis) is { } noted ? noted : ImageSizes[attempt];
        }

        return attempt == 0 && IsTokens(input) ? TokenLength : Lengths[attempt];
    }

    private static bool IsImage(ValueDescription input) =>
        input.Shape.Length == 4 && input.ElementType is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.UInt8
        && (input.Shape[1] is < 0 or 1 or 3 || input.Shape[3] is 1 or 3);

    private static bool IsTokens(ValueDescription input) =>
        input.Shape.Length == 2 && input.ElementType is TensorElementType.Int64 or TensorElementType.Int32;

    /// <summary>Reads the image size that Ultralytics notes, <c>[height, width]</c>.</summary>
    private static int? NotedSize(InferenceBatch batch, int axis)
    {
        if (!batch.Model.Description.Metadata.TryGetValue("imgsz", out string? text))
        {
            return null;
        }

        string[] sizes = text.Trim('[', ']', '(', ')', ' ').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool first = axis == 2;
        return sizes.Length > 0 && int.TryParse(sizes[first ? 0 : ^1], NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is > 0 and <= 4096
            ? size
            : null;
    }
}
