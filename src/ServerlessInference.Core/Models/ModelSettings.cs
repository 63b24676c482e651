using System.Text.Json;
using ServerlessInference.Sessions;

namespace ServerlessInference.Models;

/// <summary>Settings in the JSON files that come with a model, such as <c>config.json</c> of Hugging Face.</summary>
/// <remarks>Thread-safe. Nothing is kept: read once for each loaded model (<see cref="LoadedModel.GetOrCreate{T}"/>).</remarks>
public static class ModelSettings
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads one setting.</summary>
    /// <typeparam name="T">What the setting becomes.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="file">The file's name among the model's files; at most 1 MiB are read.</param>
    /// <param name="name">The setting's name in the file's object; <see langword="null"/> for all of the file.</param>
    /// <param name="read">Makes the setting of its JSON, which is valid during the call.</param>
    /// <returns>What <paramref name="read"/> gives; the default value where there is no such file or setting.</returns>
    /// <exception cref="ModelLoadException">The file is no JSON, or holds another type than <paramref name="read"/> expects.</exception>
    public static T? Read<T>(LoadedModel model, string file, string? name, Func<JsonElement, T?> read)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(read);
        if (!model.Artifact.TryGetFile(file, out ModelFile? found))
        {
            return default;
        }

        try
        {
            using var document = JsonDocument.Parse(found.ReadAllBytes(MaxBytes));
            return name is null ? read(document.RootElement)
                : document.RootElement.TryGetProperty(name, out JsonElement value) ? read(value)
                : default;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelLoadException(
                $"The {file} of model '{model.Identity.Name}' cannot be read: {exception.Message} Take the file from the model's repository.", exception);
        }
    }

    /// <summary>Reads what kind of classifier the model is: <c>problem_type</c> in <c>config.json</c>.</summary>
    /// <param name="model">The model.</param>
    /// <returns>
    /// <c>single_label_classification</c> (softmax), <c>multi_label_classification</c> (sigmoid) or <c>regression</c>, as Hugging Face's
    /// Transformers write it; <see langword="null"/> where the file does not say.
    /// </returns>
    /// <exception cref="ModelLoadException">The file is no JSON object.</exception>
    public static string? ReadProblemType(LoadedModel model) =>
        Read(model, "config.json", "problem_type", static value => value.ValueKind == JsonValueKind.String ? value.GetString() : null);
}
