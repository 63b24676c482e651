using System.Text.Json;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Reads settings from JSON files that come with a model, such as the <c>config.json</c> of Hugging Face.</summary>
/// <remarks>
/// Thread-safe. Nothing is cached: read a setting once per loaded model, by means of <see cref="LoadedModel.GetOrCreate{T}"/>.
/// </remarks>
public static class ModelSettings
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads one setting.</summary>
    /// <typeparam name="T">The type of the setting.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="file">The name of the file within the model. It may have at most 1 MiB.</param>
    /// <param name="name">The name of the property with the setting; <see langword="null"/> for the whole file.</param>
    /// <param name="read">Converts the JSON element, which is valid only during the call.</param>
    /// <returns>The result of <paramref name="read"/>; the default value if there is no such file or setting.</returns>
    /// <exception cref="ModelLoadException">
    /// The file is not valid JSON, or contains another type than <paramref name="read"/> expects.
    /// </exception>
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
            ReadOnlyMemory<byte> json = found.ReadAllBytes(MaxBytes);
            using var document = JsonDocument.Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json);
            return name is null ? read(document.RootElement)
                : document.RootElement.TryGetProperty(name, out JsonElement value) ? read(value)
                : default;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelLoadException(
                $"The {file} of model '{model.Identity.Name}' cannot be read: {exception.Message} Use the file from the model's " +
                "repository.", exception);
        }
    }
}
