using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServerlessInference.Sessions;

/// <summary>Reports whether models are loaded, to whatever asks for health checks. It never loads one itself.</summary>
/// <remarks>Ready is healthy; loading, or not asked for yet, is degraded; failed is the registration's failure status. Thread-safe.</remarks>
public sealed class ModelHealthCheck : IHealthCheck
{
    private readonly IModelRegistry _registry;
    private readonly string? _name;

    /// <summary>Creates a check.</summary>
    /// <param name="registry">The models.</param>
    /// <param name="name">The model to look at; <see langword="null"/> for all.</param>
    public ModelHealthCheck(IModelRegistry registry, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        _registry = registry;
        _name = name;
    }

    /// <summary>Makes the registration for <c>AddHealthChecks().Add(…)</c>.</summary>
    /// <param name="model">The model to look at; <see langword="null"/> for all.</param>
    /// <param name="name">What the check is called.</param>
    /// <param name="failureStatus">What a failed model means; the default is unhealthy.</param>
    /// <returns>The registration.</returns>
    public static HealthCheckRegistration CreateRegistration(string? model = null, string name = "models", HealthStatus? failureStatus = null) =>
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
