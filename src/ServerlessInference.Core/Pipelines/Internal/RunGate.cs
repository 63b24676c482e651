using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Lets only so many runs of models go on side by side. One a container; thread-safe.</summary>
internal sealed class RunGate(int? concurrentRuns)
{
    private readonly WeightedGate? _gate = concurrentRuns is { } runs ? new WeightedGate(runs) : null;

    public bool TryEnter() => _gate is null || _gate.TryEnter(1);

    public ValueTask EnterAsync(CancellationToken cancellationToken) =>
        _gate is null ? ValueTask.CompletedTask : _gate.EnterAsync(1, cancellationToken);

    public void Exit() => _gate?.Exit(1);
}
