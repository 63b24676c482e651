namespace ServerlessInference.Models;

/// <summary>How a new version of a model replaces the old one.</summary>
public enum ModelReplacement
{
    /// <summary>
    /// Loads the new version while the old one is still loaded if there is enough free memory for both; else unloads the old one first.
    /// </summary>
    Auto,

    /// <summary>
    /// Loads and warms up the new version, then switches to it. No request waits, but both versions are in memory for a while.
    /// </summary>
    SideBySide,

    /// <summary>
    /// Fetches the new files, unloads the old version, then creates the new session. Only one version is in memory, but requests wait
    /// meanwhile.
    /// </summary>
    UnloadFirst,
}
