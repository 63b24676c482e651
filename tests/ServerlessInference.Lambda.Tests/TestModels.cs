using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests;

/// <summary>Models with fake pipelines, and sources that a test controls.</summary>
internal static class TestModels
{
    /// <summary>Adds a model that answers with a function; nothing is loaded.</summary>
    public static FakePipeline<ReadOnlyMemory<byte>, Answer> AddFakeModel(
        this InferenceFunctionBuilder builder, string name, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<Answer>> answer)
    {
        var fake = new FakePipeline<ReadOnlyMemory<byte>, Answer>(answer) { Model = new ModelIdentity(name, "7", "fake:" + name) };
        builder.AddUnloadedModel(name);
        builder.Services.ReplacePipeline(name, fake);
        return fake;
    }

    public static FakePipeline<ReadOnlyMemory<byte>, Answer> AddFakeModel(this InferenceFunctionBuilder builder, string name = "shapes") =>
        builder.AddFakeModel(name, (input, _) => ValueTask.FromResult(new Answer($"{name} saw {input.Length} bytes", input.Length)));

    /// <summary>Adds a model with a pipeline of encoded bytes whose source is given.</summary>
    public static void AddUnloadedModel(
        this InferenceFunctionBuilder builder, string name, IModelSource? source = null, Action<ModelOptions>? configure = null) =>
        builder.Services.AddServerlessInference().AddModel(name, model =>
        {
            model.From(sources => sources.Custom(_ => source ?? new TestSource()));
            model.UsePipeline<ReadOnlyMemory<byte>, Answer>(_ => new NoPreprocessor(), _ => new NoPostprocessor())
                .AcceptEncoded(bytes => bytes, TestJson.Default.Answer);
            if (configure is not null)
            {
                model.Configure(configure);
            }
        });

    /// <summary>A source that waits until it is told to fail.</summary>
    public sealed class TestSource : IModelSource
    {
        private readonly TaskCompletionSource<ModelArtifact> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Loads { get; private set; }

        public string Description => "test:";

        public void Fail(string message) => _result.TrySetException(new ModelLoadException(message));

        public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult("1");

        public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
        {
            Loads++;
            Asked.TrySetResult();
            try
            {
                return await _result.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Cancelled.TrySetResult();
                throw;
            }
        }
    }

    private sealed class NoPreprocessor : IPreprocessor<ReadOnlyMemory<byte>>
    {
        public ValueTask PreprocessAsync(
            ReadOnlyMemory<ReadOnlyMemory<byte>> inputs, InferenceBatch batch, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }

    private sealed class NoPostprocessor : IPostprocessor<Answer>
    {
        public ValueTask PostprocessAsync(InferenceBatch batch, Memory<Answer> outputs, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}
