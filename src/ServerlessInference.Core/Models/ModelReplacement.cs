namespace ServerlessInference.Models;

/// <summary>How a new version of a model takes the place of the old one.</summary>
public enum ModelReplacement
{
    /// <summary>Beside the old one where the memory that is free holds both, else after it.</summary>
    WhereMemoryAllows,

    /// <summary>The new one is loaded and warmed first, then takes over: no request waits, and both are in memory for a while.</summary>
    Beside,

    /// <summary>The new files are fetched, the old session is given up, then the new one is created: requests wait meanwhile, and only one is in memory.</summary>
    AfterRelease,
}
