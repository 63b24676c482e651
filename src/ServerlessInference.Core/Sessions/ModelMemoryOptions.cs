namespace ServerlessInference.Sessions;

/// <summary>How much memory all models together may take.</summary>
/// <remarks>Read from the configuration section <c>ServerlessInference:Memory</c>, then set by code, which has the last word.</remarks>
public sealed class ModelMemoryOptions
{
    /// <summary>Gets or sets how many bytes the models of a function may take together, where it has more than one.</summary>
    /// <value>
    /// Bytes, above zero; <see langword="null"/>, the default, keeps every model. Above it the models that nobody uses are let go, the
    /// least recently used first, but for those with <see cref="Models.ModelOptions.Pinned"/>; they are loaded again when they are asked for.
    /// </value>
    public long? BudgetBytes { get; set; }

    /// <summary>Gets or sets how many bytes this process may take.</summary>
    /// <value>Bytes, above zero; <see langword="null"/>, the default, is the container's or the machine's memory, and on Lambda the function's.</value>
    public long? ProcessLimitBytes { get; set; }
}
