namespace ServerlessInference.Models.Pointers;

/// <summary>Reads a model's URI from an environment variable.</summary>
internal sealed class EnvironmentPointer(string variable) : IModelPointer
{
    public string Description => "env:" + variable;

    public ValueTask<string> ReadAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Environment.GetEnvironmentVariable(variable) ?? throw new ModelLoadException(
            $"The environment variable '{variable}' is not set. Set it to the model's location, such as s3://bucket/folder/."));
}
