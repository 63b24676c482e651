using ServerlessInference.Results;

namespace ServerlessInference.Lambda.Tests;

/// <summary>A sink that receives several results together, and names the objects that it writes.</summary>
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
