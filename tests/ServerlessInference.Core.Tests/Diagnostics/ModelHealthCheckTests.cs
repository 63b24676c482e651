using Microsoft.Extensions.Diagnostics.HealthChecks;
using Moq;
using ServerlessInference.Sessions;

namespace ServerlessInference.Tests.Diagnostics;

public sealed class ModelHealthCheckTests
{
    private static readonly ModelIdentity Identity = new("a", "v1", "layer:/opt/a");

    private static Task<HealthCheckResult> CheckAsync(
        string? model, HealthStatus? failureStatus, params (string Name, ModelStatus Status)[] models)
    {
        var registry = new Mock<IModelRegistry>(MockBehavior.Strict);
        registry.Setup(mock => mock.Names).Returns([.. models.Select(entry => entry.Name)]);
        foreach ((string name, ModelStatus status) in models)
        {
            registry.Setup(mock => mock.GetStatus(name)).Returns(status);
        }

        HealthCheckRegistration registration = ModelHealthCheck.CreateRegistration(model, failureStatus: failureStatus);
        return new ModelHealthCheck(registry.Object, model).CheckHealthAsync(
            new HealthCheckContext { Registration = registration }, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(ModelState.Ready, HealthStatus.Healthy)]
    [InlineData(ModelState.Loading, HealthStatus.Degraded)]
    [InlineData(ModelState.NotLoaded, HealthStatus.Degraded)]
    [InlineData(ModelState.Failed, HealthStatus.Unhealthy)]
    public async Task CheckHealthAsync_State_HasItsHealth(ModelState state, HealthStatus expected)
    {
        HealthCheckResult result = await CheckAsync(null, null, ("a", new ModelStatus(state, null, null)));

        Assert.Equal(expected, result.Status);
        Assert.Equal($"a: {state}", result.Description);
    }

    [Fact]
    public async Task CheckHealthAsync_Several_TheWorstCounts()
    {
        var error = new ModelLoadException("not there");

        HealthCheckResult result = await CheckAsync(
            null, HealthStatus.Degraded, (
                "a", new ModelStatus(ModelState.Ready, Identity, null)), ("b", new ModelStatus(ModelState.Failed, null, error)));

        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Equal("a: Ready v1 from layer:/opt/a; b: Failed", result.Description);
        Assert.Same(error, result.Exception);
        Assert.Equal(["a", "b"], result.Data.Keys);
    }

    [Fact]
    public async Task CheckHealthAsync_OneModel_LooksAtItAlone()
    {
        HealthCheckResult result = await CheckAsync(
            "a", null, ("a", new ModelStatus(ModelState.Ready, Identity, null)), ("b", new ModelStatus(ModelState.Failed, null, null)));

        Assert.Equal(HealthStatus.Healthy, result.Status);
    }

    [Fact]
    public void CreateRegistration_Default_IsCalledModelsAndTaggedReady()
    {
        HealthCheckRegistration registration = ModelHealthCheck.CreateRegistration();

        Assert.Equal("models", registration.Name);
        Assert.Equal(["ready"], registration.Tags);
        Assert.Equal(HealthStatus.Unhealthy, registration.FailureStatus);
    }
}
