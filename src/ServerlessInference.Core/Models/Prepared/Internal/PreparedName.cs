namespace ServerlessInference.Models.Prepared;

/// <summary>The file name of a prepared model, which states what it was prepared for: <c>model.onnx.avx512-1.29.0.ort</c>.</summary>
/// <param name="Model">The file that it was made from, such as <c>model.onnx</c>.</param>
/// <param name="Processor">A <see cref="ProcessorClass"/>.</param>
/// <param name="OnnxRuntime">The version of ONNX Runtime that wrote it, and that is needed to load it.</param>
internal readonly record struct PreparedName(string Model, string Processor, string OnnxRuntime)
{
    private const string Extension = ".ort";
    private const string ModelExtension = ".onnx";

    public string File => $"{Model}.{Processor}-{OnnxRuntime}{Extension}";

    public string Record => File + ".json";

    /// <summary>Parses the name of a prepared model, which may include folders.</summary>
    public static bool TryParse(string file, out PreparedName name)
    {
        name = default;
        if (!file.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        int model = file.LastIndexOf(ModelExtension + ".", StringComparison.OrdinalIgnoreCase);
        if (model < 0)
        {
            return false;
        }

        model += ModelExtension.Length;
        ReadOnlySpan<char> rest = file.AsSpan(model + 1, file.Length - model - 1);
        rest = rest.Length > Extension.Length ? rest[..^Extension.Length] : default;
        int dash = rest.IndexOf('-');
        if (dash <= 0 || dash == rest.Length - 1)
        {
            return false;
        }

        name = new PreparedName(file[..model], rest[..dash].ToString(), rest[(dash + 1)..].ToString());
        return ProcessorClass.IsKnown(name.Processor);
    }

    /// <summary>Parses the name of a prepared model or of its record.</summary>
    public static bool TryParseAny(string file, out PreparedName name) =>
        TryParse(file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? file[..^5] : file, out name);

    /// <summary>Determines whether a file is a prepared model or the record of one.</summary>
    public static bool IsPreparedFile(string file) => TryParseAny(file, out _);
}
