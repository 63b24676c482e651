namespace ServerlessInference.Models;

/// <summary>How a model's bytes are passed to ONNX Runtime.</summary>
public enum ModelLoading
{
    /// <summary>
    /// Prepared models are memory-mapped on Linux: in place if nothing can change the file, as on a read-only file system or in the store;
    /// otherwise from a copy in memory. Other models are read from their path, or from memory.
    /// </summary>
    Auto,

    /// <summary>ONNX Runtime opens and reads the file. A model that is only in memory fails to load.</summary>
    Path,

    /// <summary>
    /// The file is read into memory first. While it loads, the model is in memory twice, but a slow mount is read in only one pass.
    /// </summary>
    Bytes,

    /// <summary>
    /// The file is memory-mapped, and its graph and weights are used in place, wherever it is. Overwriting or truncating it would end the
    /// process or change its answers, so use this only if new versions are renamed into place. Requires the <c>.ort</c> format and Linux.
    /// A model that is only in memory is copied to a memory file first. Anything else fails to load.
    /// </summary>
    Mapped,
}
