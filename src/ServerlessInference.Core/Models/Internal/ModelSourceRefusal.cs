namespace ServerlessInference.Models;

/// <summary>Why files that a source gave are of no use.</summary>
internal enum ModelSourceRefusal
{
    /// <summary>They could not be read, or not fast enough. The same files may be readable later.</summary>
    NotRead,

    /// <summary>They are not a model that can be loaded. That changes only when the files change.</summary>
    NotAModel,
}
