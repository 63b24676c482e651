namespace ServerlessInference.Models;

/// <summary>How a model reaches ONNX Runtime.</summary>
public enum ModelLoading
{
    /// <summary>Prepared models are mapped where the system can (Linux); other models are read from their path, or from memory.</summary>
    Auto,

    /// <summary>ONNX Runtime opens and reads the file; a model that is only in memory fails to load.</summary>
    Path,

    /// <summary>The file is read into memory first. It holds the model twice while it loads, but needs only one pass over a slow mount.</summary>
    Bytes,

    /// <summary>
    /// The file is mapped into memory, and its graph and weights are used where they are. It takes the <c>.ort</c> format and Linux;
    /// what is only in memory goes into a memory file first. Anything else fails to load.
    /// </summary>
    Mapped,
}
