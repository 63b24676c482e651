using ServerlessInference.Models;
using ServerlessInference.Registration;

namespace ServerlessInference;

/// <summary>Takes models from where a pointer says: an environment variable, a file, or what another package adds.</summary>
public static class PointerBuilderExtensions
{
    /// <summary>Takes the model from where a pointer says.</summary>
    /// <param name="model">The model.</param>
    /// <param name="configure">Names the pointer.</param>
    /// <param name="sources">Makes sources of what it says; <see langword="null"/> takes it as the URI of one.</param>
    /// <param name="deadline">
    /// How long pointer and sources may take before the next source is tried; <see langword="null"/> for no limit.
    /// </param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">No pointer was named.</exception>
    /// <remarks>
    /// With <see cref="ModelOptions.CheckInterval"/> set, a pointer that says something else replaces the model while the application runs.
    /// </remarks>
    public static ModelBuilder FromPointer(
        this ModelBuilder model,
        Action<ModelPointerBuilder> configure,
        Action<ModelPointerValue, ModelSourceChainBuilder>? sources = null,
        TimeSpan? deadline = null) => model.From(source => source.ByPointer(configure, sources, deadline));

    /// <summary>Takes the model from where a pointer says.</summary>
    /// <param name="source">The source.</param>
    /// <param name="configure">Names the pointer.</param>
    /// <param name="sources">Makes sources of what it says; <see langword="null"/> takes it as the URI of one.</param>
    /// <param name="deadline">
    /// How long pointer and sources may take before the next source is tried; <see langword="null"/> for no limit.
    /// </param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">No pointer was named.</exception>
    public static ModelSourceBuilder ByPointer(
        this ModelSourceBuilder source,
        Action<ModelPointerBuilder> configure,
        Action<ModelPointerValue, ModelSourceChainBuilder>? sources = null,
        TimeSpan? deadline = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new ModelPointerBuilder();
        configure(builder);
        return source.Custom(builder.Build(sources), deadline);
    }
}
