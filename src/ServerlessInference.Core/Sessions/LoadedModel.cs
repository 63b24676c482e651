using System.Collections.Concurrent;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>A model that is ready to run: its session, its files, and what pipelines derived from them.</summary>
/// <remarks>
/// <para>Thread-safe. It is shared by all callers and disposed with its last lease, after the registry has let it go.</para>
/// </remarks>
public sealed class LoadedModel
{
    private readonly DerivedObjects _derived = new();
    private readonly ConcurrentQueue<InferenceBatch> _batches = new();
    private readonly OnnxSession? _session;
    private readonly MemoryReservation? _reservation;
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ModelReclaimer? _reclaimer;
    private int _references = 1;
    private int _runs;

    /// <summary>Creates a model that cannot run, for tests of pre- and postprocessors.</summary>
    /// <param name="identity">Its name, version and source.</param>
    /// <param name="description">Its inputs and outputs.</param>
    /// <param name="artifact">Its files.</param>
    public LoadedModel(ModelIdentity identity, ModelDescription description, ModelArtifact artifact)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(artifact);
        Identity = identity;
        Description = description;
        Artifact = artifact;
    }

    internal LoadedModel(ModelIdentity identity, OnnxSession session, ModelArtifact artifact, ModelLoadTimings timings, MemoryReservation? reservation)
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

    /// <summary>Gets the files, valid as long as a lease is held.</summary>
    public ModelArtifact Artifact { get; }

    internal ModelLoadTimings LoadTimings { get; }

    /// <summary>Gets a value indicating whether this only stands in for a model that is being loaded; its outputs are zeros.</summary>
    internal bool IsStandIn { get; private init; }

    /// <summary>Gets or sets a value indicating whether the files outlive this model, for whoever may need them again.</summary>
    internal bool KeepsArtifact { get; set; }

    /// <summary>Gets a task that ends when the reclaimer has freed the model.</summary>
    internal Task Freed => _freed.Task;

    /// <summary>Makes what stands in for a model while that is being loaded.</summary>
    internal static LoadedModel StandIn(string name, IReadOnlyList<ValueDescription> inputs, IReadOnlyList<ValueDescription> outputs) => new(
        new ModelIdentity(name, "not loaded", "none"),
        new ModelDescription(inputs, outputs),
        new ModelArtifact("none", "not loaded", [ModelFile.InMemory("model.onnx", ReadOnlyMemory<byte>.Empty)]))
    {
        IsStandIn = true,
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

    /// <summary>Counts a run; returns whether it is the first.</summary>
    internal bool CountRun() => Volatile.Read(ref _runs) == 0 && Interlocked.Exchange(ref _runs, 1) == 0;

    /// <summary>Runs the model on a batch's inputs and leaves the outputs in it.</summary>
    internal void Run(InferenceBatch batch, CancellationToken cancellationToken)
    {
        if (_session is null)
        {
            if (IsStandIn)
            {
                FillOutputs(batch);
                return;
            }

            throw new InvalidOperationException($"The model '{Identity.Name}' was made for a test and has no session to run.");
        }

        _session.Run(batch, Identity, cancellationToken);
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

    internal InferenceBatch RentBatch() => _batches.TryDequeue(out InferenceBatch? batch) ? batch : new InferenceBatch(this);

    internal void ReturnBatch(InferenceBatch batch)
    {
        batch.Clear();

        // More than can run side by side are of no use, and a rush of requests must not hold the memory of its tensors for good.
        if (_batches.Count < Math.Max(2, Environment.ProcessorCount))
        {
            _batches.Enqueue(batch);
        }
        else
        {
            batch.Dispose();
        }
    }

    /// <summary>Takes a reference unless the last one is already gone.</summary>
    internal bool TryAddReference()
    {
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

    /// <summary>Gives a reference back; the last one disposes session and files, or hands them to the reclaimer.</summary>
    internal void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 1)
        {
            _reservation?.BecameIdle();
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

    /// <summary>Gives the registry's reference back: from now on the last user's leaving frees the model, off its path.</summary>
    internal void Retire(ModelReclaimer reclaimer)
    {
        Volatile.Write(ref _reclaimer, reclaimer);
        Release();
    }

    /// <summary>Retires the model unless somebody uses it.</summary>
    internal bool TryRetireIdle(ModelReclaimer reclaimer)
    {
        if (Interlocked.CompareExchange(ref _references, 0, 1) != 1)
        {
            return false;
        }

        reclaimer.Reclaim(this);
        return true;
    }

    internal void MarkFreed() => _freed.TrySetResult();

    /// <summary>Disposes everything, whatever of it fails.</summary>
    internal void DisposeNow()
    {
        try
        {
            while (_batches.TryDequeue(out InferenceBatch? batch))
            {
                batch.Dispose();
            }

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
}
