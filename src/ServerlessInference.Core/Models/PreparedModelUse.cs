namespace ServerlessInference.Models;

/// <summary>Whether prepared models are used.</summary>
public enum PreparedModelUse
{
    /// <summary>
    /// Uses the prepared model that suits the processor and ONNX Runtime best; if none does, logs a warning and uses the plain model.
    /// </summary>
    IfAvailable,

    /// <summary>Uses the plain model only.</summary>
    Never,

    /// <summary>Uses a prepared model only. If none is suitable, loading fails and the error says why.</summary>
    Required,
}
