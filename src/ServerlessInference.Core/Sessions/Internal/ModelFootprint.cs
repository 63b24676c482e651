using ServerlessInference.Models;
using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Sessions;

/// <summary>The estimated memory of a model, before it is loaded.</summary>
/// <param name="Resident">Bytes while the model is loaded.</param>
/// <param name="Peak">Bytes while its session is being created.</param>
internal readonly record struct ModelFootprint(long Resident, long Peak)
{
    /// <summary>ONNX Runtime keeps the weights, and for many operators a second copy in the layout that its kernels use.</summary>
    private const long ResidentFactor = 2;

    /// <summary>While a session is being created, the bytes of the file are in memory as well.</summary>
    private const long PeakFactor = 3;

    /// <summary>
    /// Activations between the layers of an image model, and the rounding of the arena. A test compares the sum with measurements, also for
    /// ResNet-50.
    /// </summary>
    private const long WorkingBytes = 16 * 1024 * 1024;

    public static ModelFootprint Estimate(ModelArtifact artifact, ModelOptions options)
    {
        if (options.MemoryBytes is { } configured)
        {
            return new ModelFootprint(configured, configured);
        }

        string chosen = options.File ?? artifact.GetModelFile().Name;
        string plain = PreparedName.TryParse(chosen, out PreparedName name) ? name.Model : chosen;
        if ((options.Prepared != PreparedModelUse.Never || !artifact.TryGetFile(plain, out _))
            && FindLargestPrepared(artifact, plain) is > 0 and var prepared)
        {
            // A prepared model is mapped into memory and its weights are used in place, so there is never a second copy.
            return new ModelFootprint(prepared + WorkingBytes, prepared + WorkingBytes);
        }

        ModelFile model = artifact.GetModelFile(chosen);
        long bytes = model.Length;
        foreach (ModelFile file in artifact.Files)
        {
            // Weights may be in files of any name next to the model. Other models next to it are not loaded.
            bytes += IsModel(file) || file == model ? 0 : file.Length;
        }

        return new ModelFootprint((bytes * ResidentFactor) + WorkingBytes, (bytes * PeakFactor) + WorkingBytes);
    }

    private static bool IsModel(ModelFile file) =>
        file.Name.EndsWith(".onnx", StringComparison.Ordinal) || file.Name.EndsWith(".ort", StringComparison.Ordinal);

    private static long FindLargestPrepared(ModelArtifact artifact, string model)
    {
        long largest = 0;
        foreach (ModelFile file in artifact.Files)
        {
            largest = PreparedName.TryParse(file.Name, out PreparedName name) && name.Model == model
                ? Math.Max(largest, file.Length)
                : largest;
        }

        return largest;
    }
}
