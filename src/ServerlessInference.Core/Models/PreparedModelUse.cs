namespace ServerlessInference.Models;

/// <summary>Whether prepared models are used.</summary>
public enum PreparedModelUse
{
    /// <summary>The one that fits processor and ONNX Runtime best; the plain model, with a warning, where none does.</summary>
    WhereItFits,

    /// <summary>The plain model only.</summary>
    Never,

    /// <summary>A prepared model or none: where none fits, loading fails and says why.</summary>
    Required,
}
