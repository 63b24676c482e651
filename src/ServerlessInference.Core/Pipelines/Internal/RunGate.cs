using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Limits the number of model runs in parallel. One per service container; thread-safe.</summary>
internal sealed class RunGate(int? concurrentRuns)
{
    private readonly WeightedGate? _gate = concurrentRuns is { } runs ? new WeightedGate(runs) : null;

    public bool TryEnter() => _gate is null || _gate.TryEnter(1);

    public ValueTask EnterAsync(CancellationToken cancellationToken) =>
        _gate is null ? ValueTask.CompletedTask : _gate.EnterAsync(1, cancellationToken);

    public void Exit() => _gate?.Exit(1);
}
