using System.Text;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Tests.Invocations;

/// <summary>Writes down what it sees, one line for each call.</summary>
internal sealed class RecordingObserver : IInvocationObserver
{
    public List<string> Seen { get; } = [];

    /// <summary>Gets the call that throws: 0 at the start, 1 when the event was processed, 2 after the answer; -1 for none.</summary>
    public int ThrowsAt { get; init; } = -1;

    public object? OnStarting(InvocationContext context, ReadOnlySpan<byte> payload, bool isFirst)
    {
        Record(0, $"start {context.RequestId} {isFirst} {Encoding.UTF8.GetString(payload)}");
        return context.RequestId;
    }

    public void OnProcessed(object? state, in InvocationOutcome outcome) =>
        Record(1, $"processed {state} {outcome.Trigger} {outcome.ErrorType ?? "-"}");

    public ValueTask OnAnsweredAsync(InvocationContext context)
    {
        Record(2, $"answered {context.RequestId}");
        return ValueTask.CompletedTask;
    }

    private void Record(int call, string line)
    {
        Seen.Add(line);
        if (ThrowsAt == call)
        {
            throw new NotSupportedException("As the test wants it.");
        }
    }
}
