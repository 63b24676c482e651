namespace ServerlessInference.Sessions;

/// <summary>How much memory all models together may use.</summary>
/// <remarks>
/// Read from the configuration section <c>ServerlessInference:Memory</c> first. Code that sets options runs afterwards and wins.
/// </remarks>
public sealed class ModelMemoryOptions
{
    /// <summary>Gets or sets how many bytes all models together may use. It has no effect if there is only one model.</summary>
    /// <value>
    /// Bytes, above zero; <see langword="null"/>, the default, keeps every model loaded. If the budget is exceeded, models that are not in
    /// use are unloaded, the least recently used first, except those with <see cref="Models.ModelOptions.Pinned"/>. They are loaded again
    /// when they are requested.
    /// </value>
    public long? BudgetBytes { get; set; }

    /// <summary>Gets or sets how many bytes this process may use.</summary>
    /// <value>
    /// Bytes, above zero; <see langword="null"/>, the default, is the memory of the container or machine, and on Lambda that of the
    /// function.
    /// </value>
    public long? ProcessLimitBytes { get; set; }
}
