using System.Globalization;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision.Internal;

/// <summary>What Ultralytics' exporter says of a model in its ONNX metadata; the class names are read by <see cref="Models.ModelLabels"/>.</summary>
/// <remarks>
/// <para>Values are Python literals: <c>task</c> a word, <c>stride</c> a number, <c>imgsz</c> a list of height and width, <c>end2end</c> a
/// truth value, <c>args</c> a dictionary. YOLOv5's own exporter writes only <c>stride</c> and <c>names</c>.</para>
/// <para>Immutable and thread-safe. Source: <c>engine/exporter.py</c> of Ultralytics 8.3 and <c>export.py</c> of YOLOv5 7.0.</para>
/// </remarks>
internal sealed class UltralyticsMetadata
{
    private const int MaxSide = 65_535;

    private UltralyticsMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        Task = Text(metadata, "task");
        IsPresent = Task is not null || (metadata.ContainsKey("stride") && metadata.ContainsKey("names"));
        HasKeypoints = metadata.ContainsKey("kpt_shape");
        EndToEnd = Text(metadata, "end2end") == "True" || AsksForSuppression(Text(metadata, "args"));
        Span<int> numbers = stackalloc int[2];
        Stride = Numbers(Text(metadata, "stride"), numbers) > 0 ? numbers[0] : 0;
        switch (Numbers(Text(metadata, "imgsz"), numbers))
        {
            case 1:
                Height = Width = numbers[0];
                break;
            case 2:
                Height = numbers[0];
                Width = numbers[1];
                break;
        }
    }

    /// <summary>Gets a value indicating whether an exporter of Ultralytics wrote the model.</summary>
    public bool IsPresent { get; }

    /// <summary>Gets what the model does: <c>detect</c>, <c>classify</c>, <c>segment</c>, <c>pose</c>, <c>obb</c>; <see langword="null"/> where it is not said.</summary>
    public string? Task { get; }

    /// <summary>Gets the height that the model was exported for, in pixels; 0 where it is not said.</summary>
    public int Height { get; }

    /// <summary>Gets the width that the model was exported for, in pixels; 0 where it is not said.</summary>
    public int Width { get; }

    /// <summary>Gets the model's largest stride in pixels; 0 where it is not said.</summary>
    public int Stride { get; }

    /// <summary>Gets a value indicating whether the model suppresses overlapping boxes itself.</summary>
    public bool EndToEnd { get; }

    /// <summary>Gets a value indicating whether the model finds keypoints.</summary>
    public bool HasKeypoints { get; }

    /// <summary>Gets a value indicating whether the model is an image classifier of Ultralytics, whose outputs are probabilities.</summary>
    public bool IsClassifier => Task == "classify";

    public static UltralyticsMetadata Of(LoadedModel model) => new(model.Description.Metadata);

    private static string? Text(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out string? text) && text.AsSpan().Trim() is { IsEmpty: false } trimmed ? trimmed.ToString() : null;

    // yolo export nms=True: "{'batch': 1, 'half': False, 'nms': True}".
    private static bool AsksForSuppression(string? args)
    {
        int at = args is null ? -1 : args.IndexOf("'nms':", StringComparison.Ordinal);
        return at >= 0 && args.AsSpan(at + 6).TrimStart().StartsWith("True");
    }

    // 640, [640, 640], (640, 640): the numbers in it, as many as there is room for.
    private static int Numbers(string? text, Span<int> numbers)
    {
        int count = 0;
        ReadOnlySpan<char> rest = text;
        while (count < numbers.Length && rest.IndexOfAnyInRange('0', '9') is >= 0 and var start)
        {
            rest = rest[start..];
            int length = rest.IndexOfAnyExceptInRange('0', '9');
            ReadOnlySpan<char> digits = length < 0 ? rest : rest[..length];
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is 0 or > MaxSide)
            {
                return 0;
            }

            numbers[count++] = number;
            rest = rest[digits.Length..];
        }

        return count;
    }
}
