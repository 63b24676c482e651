namespace ServerlessInference.Models.Prepared;

/// <summary>The name of a prepared model, which says what it is good for: <c>model.onnx.avx512-1.29.0.ort</c>.</summary>
/// <param name="Model">The file that it was made of, such as <c>model.onnx</c>.</param>
/// <param name="Processor">A <see cref="ProcessorClass"/>.</param>
/// <param name="OnnxRuntime">The version of ONNX Runtime that wrote it and reads it.</param>
internal readonly record struct PreparedName(string Model, string Processor, string OnnxRuntime)
{
    private const string Extension = ".ort";
    private const string ModelExtension = ".onnx";

    public string File => $"{Model}.{Processor}-{OnnxRuntime}{Extension}";

    public string Record => RecordOf(File);

    public static string RecordOf(string file) => file + ".json";

    /// <summary>Reads a name, with or without folders before it.</summary>
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

    /// <summary>Reads the name of a prepared model, or of the record of one.</summary>
    public static bool TryParseAny(string file, out PreparedName name) =>
        TryParse(file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? file[..^5] : file, out name);

    /// <summary>Tells whether a file is a prepared model or the record of one.</summary>
    public static bool Covers(string file) => TryParseAny(file, out _);
}
