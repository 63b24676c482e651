using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Tests;

/// <summary>A sink that takes several results at a time, and says where its objects go.</summary>
internal sealed class MemoryBatchSink : MemorySink, IBatchResultSink, IObjectResultSink
{
    public List<int> Sizes { get; } = [];

    public IReadOnlyList<ObjectPattern> Targets { get; init; } = [];

    public async ValueTask<IReadOnlyList<Exception?>> WriteAsync(
        IReadOnlyList<SinkRecord> records, CancellationToken cancellationToken = default)
    {
        Sizes.Add(records.Count);
        var errors = new Exception?[records.Count];
        for (int i = 0; i < errors.Length; i++)
        {
            errors[i] = Fails(records[i]);
            if (errors[i] is null)
            {
                await WriteAsync(records[i], cancellationToken);
            }
        }

        return errors;
    }
}
