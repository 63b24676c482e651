using System.Collections.Concurrent;
using ServerlessInference.Models;
using ServerlessInference.Models.Graphs;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>A model that is ready to run: its session, its files, and what pipelines have derived from them.</summary>
/// <remarks>
/// <para>Thread-safe. All callers share it. It is disposed when it is no longer in use and the last lease has been returned.</para>
/// </remarks>
public sealed class LoadedModel
{
    private readonly DerivedObjects _derived = new();
    private readonly Lock _deciding = new();
    private readonly ConcurrentQueue<InferenceBatch> _batches = new();
    private readonly OnnxSession? _session;
    private readonly MemoryReservation? _reservation;
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ModelDecision[] _decisions = [];
    private ModelReclaimer? _reclaimer;
    private int _references = 1;
    private int _runs;
    private bool _hasSucceeded;

    /// <summary>Creates a model that cannot run, for tests of preprocessors and postprocessors.</summary>
    /// <param name="identity">The name, version and source.</param>
    /// <param name="description">The inputs and outputs.</param>
    /// <param name="artifact">The files.</param>
    public LoadedModel(ModelIdentity identity, ModelDescription description, ModelArtifact artifact)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(artifact);
        Identity = identity;
        Description = description;
        Artifact = artifact;
    }

    internal LoadedModel(
        ModelIdentity identity, OnnxSession session, ModelArtifact artifact, ModelLoadTimings timings, MemoryReservation? reservation)
        : this(identity, session.Description, artifact)
    {
        _session = session;
        _reservation = reservation;
        LoadTimings = timings;
    }

    /// <summary>Gets the name, version and source.</summary>
    public ModelIdentity Identity { get; }

    /// <summary>Gets the inputs, outputs and metadata.</summary>
    public ModelDescription Description { get; }

    /// <summary>Gets the files. They are valid as long as you hold a lease.</summary>
    public ModelArtifact Artifact { get; }

    /// <summary>Gets what the pipelines have decided about the model, in the order of the decisions.</summary>
    /// <value>A snapshot. A few decisions need the first outputs of the model and are added when it has run.</value>
    public IReadOnlyList<ModelDecision> Decisions => Volatile.Read(ref _decisions);

    /// <summary>Gets what the graph of the model says. Read on first use.</summary>
    internal GraphSummary Graph =>
        GetOrCreate(typeof(LoadedGraph), static model => LoadedGraph.Read(model.Artifact, model._session?.File, model.Description));

    /// <summary>Gets or sets what is called with each decision that is made after the model was loaded.</summary>
    internal Action<LoadedModel, ModelDecision>? Decided { get; set; }

    internal ModelLoadTimings LoadTimings { get; }

    /// <summary>Gets whether this is a placeholder for a model that is being loaded. The outputs of a placeholder are zeros.</summary>
    internal bool IsPlaceholder { get; private init; }

    /// <summary>
    /// Gets or sets whether the files are kept when this model is disposed, because a new session may be created from them.
    /// </summary>
    internal bool KeepsArtifact { get; set; }

    /// <summary>Gets a task that completes when the reclaimer has freed the model.</summary>
    internal Task Freed => _freed.Task;

    /// <summary>Creates a placeholder for a model that is being loaded, for a dry run of the request path.</summary>
    internal static LoadedModel CreatePlaceholder(
        string name, IReadOnlyList<ValueDescription> inputs, IReadOnlyList<ValueDescription> outputs) => new(
        new ModelIdentity(name, "not loaded", "none"),
        new ModelDescription(inputs, outputs),
        new ModelArtifact("none", "not loaded", [ModelFile.InMemory("model.onnx", ReadOnlyMemory<byte>.Empty)]))
    {
        IsPlaceholder = true,
    };

    /// <summary>Gets an object that is created from this model, such as labels or settings, and creates it on the first call.</summary>
    /// <typeparam name="T">The type of the object.</typeparam>
    /// <param name="owner">The key. Callers that pass equal owners share the object.</param>
    /// <param name="factory">
    /// Creates the object. Concurrent callers wait for it. If it throws, nothing is kept and the next call tries again.
    /// </param>
    /// <returns>The object, which is disposed with the model if it is disposable.</returns>
    public T GetOrCreate<T>(object owner, Func<LoadedModel, T> factory)
        where T : class => _derived.GetOrCreate(owner, this, factory);

    /// <summary>Records a decision, to be logged and shown with the model.</summary>
    /// <remarks>A decision that was made before about the same subject is replaced.</remarks>
    /// <param name="decision">The decision.</param>
    public void Decide(ModelDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        lock (_deciding)
        {
            int same = Array.FindIndex(_decisions, made => made.Subject == decision.Subject);
            if (same >= 0 && _decisions[same] == decision)
            {
                return;
            }

            ModelDecision[] decisions = same >= 0 ? [.. _decisions] : [.. _decisions, decision];
            decisions[same >= 0 ? same : decisions.Length - 1] = decision;
            Volatile.Write(ref _decisions, decisions);
        }

        Decided?.Invoke(this, decision);
    }

    /// <summary>Counts a run.</summary>
    /// <returns>Whether it is the first.</returns>
    internal bool CountRun() => Volatile.Read(ref _runs) == 0 && Interlocked.Exchange(ref _runs, 1) == 0;

    /// <summary>
    /// Gets a value indicating whether a run has succeeded. If so, another run fails because of its inputs and not because of the model.
    /// </summary>
    internal bool HasSucceeded => Volatile.Read(ref _hasSucceeded);

    /// <summary>Runs the model on the inputs of a batch and stores the outputs in the batch.</summary>
    internal void Run(InferenceBatch batch, CancellationToken cancellationToken)
    {
        if (_session is null)
        {
            if (IsPlaceholder)
            {
                FillOutputs(batch);
                return;
            }

            throw new InvalidOperationException($"The model '{Identity.Name}' was created for a test and has no session to run.");
        }

        _session.Run(batch, Identity, cancellationToken);
        if (!_hasSucceeded)
        {
            Volatile.Write(ref _hasSucceeded, true);
        }
    }

    internal InferenceBatch RentBatch() => _batches.TryDequeue(out InferenceBatch? batch) ? batch : new InferenceBatch(this);

    internal void ReturnBatch(InferenceBatch batch)
    {
        batch.Clear();

        // More batches than can run in parallel are useless, and a burst of requests must not keep the memory of its tensors forever.
        if (_batches.Count < Math.Max(2, Environment.ProcessorCount))
        {
            _batches.Enqueue(batch);
        }
        else
        {
            batch.Dispose();
        }
    }

    /// <summary>Releases the memory that is kept for later requests.</summary>
    internal void ReleaseBatches()
    {
        while (_batches.TryDequeue(out InferenceBatch? batch))
        {
            batch.Dispose();
        }
    }

    /// <summary>Adds a reference unless the last one has been released.</summary>
    internal bool TryAddReference()
    {
        // Never from zero: at zero the model is being disposed, and nothing can bring it back.
        int current = Volatile.Read(ref _references);
        while (current > 0)
        {
            int seen = Interlocked.CompareExchange(ref _references, current + 1, current);
            if (seen == current)
            {
                return true;
            }

            current = seen;
        }

        return false;
    }

    /// <summary>Releases a reference. Releasing the last one disposes the session and the files, or passes them to the reclaimer.</summary>
    internal void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 1)
        {
            // The one that is left belongs to the registry, unless the model was retired; then nothing is waiting for it to become idle.
            _reservation?.OnIdle();
        }
        else if (left == 0)
        {
            if (Volatile.Read(ref _reclaimer) is { } reclaimer)
            {
                reclaimer.Reclaim(this);
            }
            else
            {
                DisposeNow();
            }
        }
    }

    /// <summary>
    /// Releases the reference of the registry. From now on, releasing the last reference frees the model on a thread of the pool, not on
    /// the thread of the request that releases it.
    /// </summary>
    internal void Retire(ModelReclaimer reclaimer)
    {
        Volatile.Write(ref _reclaimer, reclaimer);
        Release();
    }

    /// <summary>Retires the model unless it is in use.</summary>
    internal bool TryRetireIdle(ModelReclaimer reclaimer)
    {
        // Only the reference of the registry is left if the count is 1. Setting it to 0 at the same moment keeps new leases out.
        if (Interlocked.CompareExchange(ref _references, 0, 1) != 1)
        {
            return false;
        }

        reclaimer.Reclaim(this);
        return true;
    }

    internal void MarkFreed() => _freed.TrySetResult();

    /// <summary>Disposes everything. If disposing one part fails, the others are disposed nevertheless.</summary>
    internal void DisposeNow()
    {
        try
        {
            ReleaseBatches();
            _derived.DisposeAll();
        }
        finally
        {
            try
            {
                _session?.Dispose();
                if (!KeepsArtifact)
                {
                    Artifact.Dispose();
                }
            }
            finally
            {
                _reservation?.Dispose();
            }
        }
    }

    private void FillOutputs(InferenceBatch batch)
    {
        foreach (ValueDescription output in Description.Outputs)
        {
            long[] shape = output.Shape.ToArray();
            for (int i = 0; i < shape.Length; i++)
            {
                shape[i] = shape[i] >= 0 ? shape[i] : i == 0 ? batch.Rows : 1;
            }

            batch.SetOutput(output.Name, TensorValue.Create(new float[TensorShape.Count(shape)], shape));
        }
    }
}
