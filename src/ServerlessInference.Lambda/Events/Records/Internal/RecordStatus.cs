using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>A record on its way from its input to its sink.</summary>
internal sealed class RecordStatus(BatchRecord record)
{
    public BatchRecord Record => record;

    public RecordState State { get; set; }

    /// <summary>Gets or sets the answer, or why the input cannot be used.</summary>
    public InferenceResult? Result { get; set; }

    /// <summary>Gets or sets why the record failed in a way that may pass.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Gets or sets the answer's JSON.</summary>
    public ReadOnlyMemory<byte> Json { get; set; }

    /// <summary>Gets or sets the object as it was found.</summary>
    public ObjectReference? Item { get; set; } = record.Input.Reference?.Item;

    public bool IsSettled => State is RecordState.Done or RecordState.PassedOver;
}
