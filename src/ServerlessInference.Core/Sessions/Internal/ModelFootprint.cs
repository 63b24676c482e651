using ServerlessInference.Models;
using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Sessions;

/// <summary>What a model is taken to need, before it is loaded.</summary>
/// <param name="Resident">Bytes while it is loaded.</param>
/// <param name="Peak">Bytes while its session is created.</param>
internal readonly record struct ModelFootprint(long Resident, long Peak)
{
    /// <summary>ONNX Runtime holds the weights, and for many operators a second time in the layout that it computes with.</summary>
    private const long ResidentFactor = 2;

    /// <summary>While a session is created the file's own bytes stand beside them.</summary>
    private const long PeakFactor = 3;

    /// <summary>What is between the layers of an image model, and the arena's rounding. The sum is held against measurements by a test, for ResNet-50 too.</summary>
    private const long Working = 16 * 1024 * 1024;

    public static ModelFootprint Of(ModelArtifact artifact, ModelOptions options)
    {
        if (options.MemoryBytes is { } told)
        {
            return new ModelFootprint(told, told);
        }

        string chosen = options.File ?? artifact.GetModelFile().Name;
        string plain = PreparedName.TryParse(chosen, out PreparedName name) ? name.Model : chosen;
        if ((options.Prepared != PreparedModelUse.Never || !artifact.TryGetFile(plain, out _)) && LargestPrepared(artifact, plain) is > 0 and var prepared)
        {
            // Mapped, with its weights in place.
            return new ModelFootprint(prepared + Working, prepared + Working);
        }

        ModelFile model = artifact.GetModelFile(chosen);
        long bytes = model.Length;
        foreach (ModelFile file in artifact.Files)
        {
            // Weights may stand in files of any name beside the model; other models beside it are not loaded.
            bytes += file.Name.EndsWith(".onnx", StringComparison.Ordinal) || file.Name.EndsWith(".ort", StringComparison.Ordinal) || file == model ? 0 : file.Length;
        }

        return new ModelFootprint((bytes * ResidentFactor) + Working, (bytes * PeakFactor) + Working);
    }

    private static long LargestPrepared(ModelArtifact artifact, string model)
    {
        long largest = 0;
        foreach (ModelFile file in artifact.Files)
        {
            largest = PreparedName.TryParse(file.Name, out PreparedName name) && name.Model == model ? Math.Max(largest, file.Length) : largest;
        }

        return largest;
    }
}
