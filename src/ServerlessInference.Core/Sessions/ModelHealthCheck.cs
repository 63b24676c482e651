using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServerlessInference.Sessions;

/// <summary>A health check that reports whether models are loaded. It never loads a model itself.</summary>
/// <remarks>
/// A model that is ready is healthy. A model that is loading, or that nobody has requested yet, is degraded. A model that failed has the
/// failure status of the registration. Thread-safe.
/// </remarks>
/// <example>
/// <code>
/// services.AddHealthChecks().Add(ModelHealthCheck.CreateRegistration());
/// </code>
/// </example>
public sealed class ModelHealthCheck : IHealthCheck
{
    private readonly IModelRegistry _registry;
    private readonly string? _name;

    /// <summary>Creates a check.</summary>
    /// <param name="registry">The models.</param>
    /// <param name="name">The model to check; <see langword="null"/> for all.</param>
    public ModelHealthCheck(IModelRegistry registry, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        _registry = registry;
        _name = name;
    }

    /// <summary>Creates the registration for <c>AddHealthChecks().Add(…)</c>.</summary>
    /// <param name="model">The model to check; <see langword="null"/> for all.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">The status that is reported for a failed model; the default is unhealthy.</param>
    /// <returns>The registration, with the tag <c>ready</c>.</returns>
    public static HealthCheckRegistration CreateRegistration(
        string? model = null, string name = "models", HealthStatus? failureStatus = null) =>
        new(name, services => new ModelHealthCheck(services.GetRequiredService<IModelRegistry>(), model), failureStatus, ["ready"]);

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        HealthStatus worst = HealthStatus.Healthy;
        Exception? error = null;
        var data = new Dictionary<string, object>();
        foreach (string name in _name is null ? _registry.Names : [_name])
        {
            ModelStatus status = _registry.GetStatus(name);
            data[name] = status.Model is { } model ? $"{status.State} {model.Version} from {model.Source}" : status.State.ToString();
            HealthStatus health = status.State switch
            {
                ModelState.Ready => HealthStatus.Healthy,
                ModelState.Failed => context.Registration.FailureStatus,
                _ => HealthStatus.Degraded,
            };
            worst = health < worst ? health : worst;
            error ??= status.Error;
        }

        string description = string.Join("; ", data.Select(entry => $"{entry.Key}: {entry.Value}"));
        return Task.FromResult(new HealthCheckResult(worst, description, error, data));
    }
}
