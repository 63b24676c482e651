using System.Globalization;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision;

/// <summary>
/// The information about a model that Ultralytics' exporter writes to its ONNX metadata. <see cref="ModelLabels"/> reads the class
/// names.
/// </summary>
/// <remarks>
/// <para>The values are Python literals: <c>task</c> is a word, <c>stride</c> a number, <c>imgsz</c> a list of height and width,
/// <c>end2end</c> a Boolean, and <c>args</c> a dictionary. The exporter of YOLOv5 writes only <c>stride</c> and <c>names</c>.</para>
/// <para>Immutable and thread-safe. Source: <c>engine/exporter.py</c> of Ultralytics 8.3 and <c>export.py</c> of YOLOv5 7.0.</para>
/// </remarks>
internal sealed class UltralyticsMetadata
{
    private const int MaxSide = 65_535;

    private UltralyticsMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        Task = GetText(metadata, "task");
        IsPresent = Task is not null || (metadata.ContainsKey("stride") && metadata.ContainsKey("names"));
        HasKeypoints = metadata.ContainsKey("kpt_shape");
        EndToEnd = GetText(metadata, "end2end") == "True" || IncludesSuppression(GetText(metadata, "args"));
        IsTransformer = GetText(metadata, "description")?.Contains("rtdetr", StringComparison.OrdinalIgnoreCase) == true;
        Span<int> numbers = stackalloc int[2];
        Stride = ParseNumbers(GetText(metadata, "stride"), numbers) > 0 ? numbers[0] : 0;
        switch (ParseNumbers(GetText(metadata, "imgsz"), numbers))
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

    /// <summary>Gets a value indicating whether the model was written by an exporter of Ultralytics.</summary>
    public bool IsPresent { get; }

    /// <summary>
    /// Gets the task of the model: <c>detect</c>, <c>classify</c>, <c>segment</c>, <c>pose</c> or <c>obb</c>; <see langword="null"/> if the
    /// metadata does not state it.
    /// </summary>
    public string? Task { get; }

    /// <summary>Gets the input height of the export in pixels; 0 if the metadata does not state it.</summary>
    public int Height { get; }

    /// <summary>Gets the input width of the export in pixels; 0 if the metadata does not state it.</summary>
    public int Width { get; }

    /// <summary>Gets the largest stride of the model in pixels; 0 if the metadata does not state it.</summary>
    public int Stride { get; }

    /// <summary>Gets a value indicating whether the model itself suppresses overlapping boxes.</summary>
    public bool EndToEnd { get; }

    /// <summary>Gets a value indicating whether the model detects keypoints.</summary>
    public bool HasKeypoints { get; }

    /// <summary>Gets a value indicating whether the model is an RT-DETR, whose outputs look like those of a YOLO but are not.</summary>
    public bool IsTransformer { get; }

    /// <summary>
    /// Gets a value indicating whether the model is an image classifier of Ultralytics. The outputs of these are probabilities.
    /// </summary>
    public bool IsClassifier => Task == "classify";

    public static UltralyticsMetadata Read(LoadedModel model) => new(model.Description.Metadata);

    private static string? GetText(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out string? text) && text.AsSpan().Trim() is { IsEmpty: false } trimmed ? trimmed.ToString() : null;

    // "yolo export nms=True" writes the arguments "{'batch': 1, 'half': False, 'nms': True}".
    private static bool IncludesSuppression(string? args)
    {
        int at = args is null ? -1 : args.IndexOf("'nms':", StringComparison.Ordinal);
        return at >= 0 && args.AsSpan(at + 6).TrimStart().StartsWith("True");
    }

    // Reads the numbers in texts such as "640", "[640, 640]" and "(640, 640)", at most as many as the span has room for. Returns 0 if one
    // of them is not a valid number of pixels.
    private static int ParseNumbers(string? text, Span<int> numbers)
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
